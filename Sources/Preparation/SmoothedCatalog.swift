package import Checkpoints
package import Models

/// A checkpoint whose tensors are multiplied by the factors that smoothing found.
package struct SmoothedCatalog: WeightCatalog {
    private let base: any WeightCatalog
    private let factors: SmoothingFactors

    init(_ base: any WeightCatalog, _ factors: SmoothingFactors) {
        self.base = base
        self.factors = factors
    }

    package var location: String { base.location }
    package var byteCount: Int { base.byteCount }
    package var stored: [StoredTensor] { base.stored }

    package func contains(_ name: String) -> Bool {
        factors.separateHead != nil && name == SmoothingFactors.SeparateHead.name
            || base.contains(name)
    }

    package func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError)
        -> MatrixSource
    {
        if let head = factors.separateHead, name == SmoothingFactors.SeparateHead.name {
            return try base.matrix(head.table, rows: rows, columns: columns)
                .scaled(rows: nil, columns: head.columns)
        }
        return scaled(try base.matrix(name, rows: rows, columns: columns), .init(name, member: nil))
    }

    package func matrix(
        _ index: Int, of count: Int, in name: String, rows: Int, columns: Int, isTransposed: Bool
    ) throws(CheckpointError) -> MatrixSource {
        scaled(
            try base.matrix(
                index, of: count, in: name, rows: rows, columns: columns,
                isTransposed: isTransposed),
            .init(name, member: index))
    }

    package func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        let values = try base.vector(name, count: count)
        guard let factors = factors.vectors[name], factors.count == count else { return values }
        return zip(values, factors).map { $0 * $1 }
    }

    private func scaled(_ matrix: MatrixSource, _ place: SmoothingFactors.Place) -> MatrixSource {
        guard let factors = factors.matrices[place] else { return matrix }
        return matrix.scaled(rows: factors.rows, columns: factors.columns)
    }
}

/// Factors by the names of tensors.
struct SmoothingFactors: Sendable {
    /// A tensor, or a member of a stacked one.
    struct Place: Hashable, Sendable {
        let name: String
        let member: Int?

        init(_ name: String, member: Int?) {
            self.name = name
            self.member = member
        }
    }

    /// What a matrix is multiplied with, nil for ones: `[rows]` and `[columns]`.
    struct MatrixFactors: Sendable {
        var rows: [Float]?
        var columns: [Float]?
    }

    /// A head that was the embedding table, and has columns of its own now.
    struct SeparateHead: Sendable {
        /// What it is called from now on.
        static let name = "lm_head.weight"

        let table: String
        let columns: [Float]
    }

    var separateHead: SeparateHead?
    var matrices: [Place: MatrixFactors] = [:]
    var vectors: [String: [Float]] = [:]
}

extension MatrixSource {
    /// This matrix with each row and each column multiplied by a factor; nil is all ones.
    func scaled(rows rowFactors: [Float]?, columns columnFactors: [Float]?) -> MatrixSource {
        precondition(rowFactors.map { $0.count == rows } ?? true, "a factor a row")
        precondition(columnFactors.map { $0.count == columns } ?? true, "a factor a column")
        let width = columns
        return unsafe MatrixSource(name: name, rows: rows, columns: width) {
            range, target throws(CheckpointError) in
            try unsafe decode(range, into: target)
            for (index, row) in range.enumerated() {
                let values = unsafe UnsafeMutableBufferPointer(
                    rebasing: target[index * width..<(index + 1) * width])
                if let factor = rowFactors?[row], factor != 1 {
                    for column in 0..<width { unsafe values[column] *= factor }
                }
                if let columnFactors {
                    for column in 0..<width {
                        unsafe values[column] *= columnFactors[column]
                    }
                }
            }
        }
    }
}
