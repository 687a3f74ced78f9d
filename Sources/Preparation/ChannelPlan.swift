import Checkpoints
import Compute
import JSON
import Memory
import Models
import Weights

/// A tensor of a checkpoint to be written.
struct ChannelTensor: Sendable {
    enum Content: Sendable {
        /// INT8 and a scale a row.
        case integers
        /// bf16.
        case float
        /// float32.
        case vector
    }

    let content: Content
    /// `[rows, columns]` of a matrix.
    let rows: Int
    let columns: Int
    /// What the file holds of it: the numbers, then the scales.
    let entries: [SafetensorsLayout.Entry]

    var byteCount: Int {
        entries.reduce(0) { $0 + $1.shape.elementCount * $1.dtype.byteCount }
    }

    init(_ part: MatrixRequest.Part, columns: Int, isInteger: Bool) {
        rows = part.rows
        self.columns = columns
        let shape = Shape([part.rows, columns])
        if isInteger {
            content = .integers
            entries = [
                .init(name: part.name, dtype: .i8, shape: shape),
                .init(name: part.name + "_scale", dtype: .bf16, shape: Shape([part.rows, 1])),
            ]
        } else {
            content = .float
            entries = [.init(name: part.name, dtype: .bf16, shape: shape)]
        }
    }

    init(vector name: String, count: Int) {
        content = .vector
        (rows, columns) = (1, count)
        entries = [.init(name: name, dtype: .f32, shape: Shape([count]))]
    }
}

/// Notes what an architecture asks for, tensor by published tensor.
final class ChannelPlan: WeightStore {
    private(set) var tensors: [ChannelTensor] = []
    /// Modules whose weights stay float, apart from embeddings.
    private(set) var floatModules: [String] = []
    private var names: Set<String> = []
    private let catalog: any WeightCatalog

    init(_ catalog: any WeightCatalog) {
        self.catalog = catalog
    }

    var location: String { catalog.location }

    func contains(_ name: String) -> Bool { catalog.contains(name) }

    func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix {
        for part in request.experts.joined() {
            guard part.member == nil, part.name.hasSuffix(".weight") else {
                throw CheckpointError(
                    .unsupported(
                        "'\(part.name)' stacks its experts, for which other engines have no INT8 "
                            + "form",
                        remedy: "make a pack of it"), in: catalog.location)
            }
            // Found now, so that nothing is written of a checkpoint that lacks something.
            _ = try catalog.matrix(part, columns: request.columns)
            guard names.insert(part.name).inserted else { continue }
            let isInteger = request.role == .projection
            tensors.append(
                ChannelTensor(part, columns: request.columns, isInteger: isInteger))
            if !isInteger, request.role != .embedding {
                floatModules.append(String(part.name.dropLast(".weight".count)))
            }
        }
        return Matrix(
            index: 0, experts: request.experts.count, outputs: request.outputs,
            inputs: request.columns)
    }

    func vector(_ key: String, _ parts: [(name: String, count: Int)]) throws(CheckpointError)
        -> Vector
    {
        for part in parts where names.insert(part.name).inserted {
            _ = try catalog.vector(part.name, count: part.count)
            tensors.append(ChannelTensor(vector: part.name, count: part.count))
        }
        return Vector(index: 0, count: parts.reduce(0) { $0 + $1.count })
    }

    func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        throw CheckpointError(
            .unsupported(
                "'\(name)' has no place in a safetensors checkpoint",
                remedy: "quantize the safetensors checkpoint"), in: catalog.location)
    }

    func rotary(_ frequencies: RotaryFrequencies) -> Rotary {
        Rotary(frequencies, index: 0, positions: 1)
    }

    func separatesTiedHead(_ request: MatrixRequest) -> Bool { false }
}
