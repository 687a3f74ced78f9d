import Checkpoints
import Compute
import Memory
import Models
import Weights

/// Notes what an architecture asks for instead of loading it.
final class PackPlan: WeightStore {
    struct Item {
        enum Content {
            case vector([Float])
            case matrix(MatrixRequest)
        }

        let sections: [SafetensorsLayout.Entry]
        let content: Content

        var byteCount: Int {
            sections.reduce(0) { $0 + $1.shape.elementCount * $1.dtype.byteCount }
        }
    }

    private(set) var items: [Item] = []
    /// Bytes for the rotary angles of one of a step's tokens.
    private(set) var rotaryBytesPerRow = 0
    private var keys: Set<String> = []
    private let catalog: any WeightCatalog
    private let formatter: MatrixFormatter

    init(_ catalog: any WeightCatalog, _ formatter: MatrixFormatter) {
        self.catalog = catalog
        self.formatter = formatter
    }

    var location: String { catalog.location }

    func contains(_ name: String) -> Bool { catalog.contains(name) }

    func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix {
        let format = try formatter.format(request)
        if keys.insert(request.key).inserted {
            items.append(Item(sections: format.sections(request.key), content: .matrix(request)))
        }
        return Matrix(
            index: 0, experts: format.experts, outputs: format.outputs, inputs: format.inputs)
    }

    func vector(_ key: String, _ parts: [(name: String, count: Int)]) throws(CheckpointError)
        -> Vector
    {
        var values: [Float] = []
        for part in parts { values += try catalog.vector(part.name, count: part.count) }
        add(key, values)
        return Vector(index: 0, count: values.count)
    }

    func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        let values = try catalog.vector(name, count: count)
        add(name, values)
        return values
    }

    func rotary(_ frequencies: RotaryFrequencies) -> Rotary {
        rotaryBytesPerRow += frequencies.bytesPerRow
        return Rotary(frequencies, index: 0, positions: 1)
    }

    func separatesTiedHead(_ request: MatrixRequest) -> Bool {
        formatter.separatesTiedHead(request)
    }

    private func add(_ key: String, _ values: [Float]) {
        guard keys.insert(key).inserted else { return }
        items.append(
            Item(
                sections: [.init(name: key, dtype: .f32, shape: Shape([values.count]))],
                content: .vector(values)))
    }
}
