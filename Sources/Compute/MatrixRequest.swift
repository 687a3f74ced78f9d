/// A matrix that an architecture asks for. Each of its experts is joined from published matrices,
/// whose rows follow each other.
package struct MatrixRequest: Sendable {
    /// What the matrix is for, which decides the form of its numbers.
    package enum Role: Sendable {
        /// Multiplied with activations: INT8 in an INT8 run.
        case projection
        /// Chooses experts, or gates a shared one: always float.
        case router
        /// Multiplied from both sides, as in absorbed latent attention: float, and bf16 in an INT8
        /// run.
        case absorbed
        /// Rows are looked up: always float.
        case embedding
        /// Makes logits, in the form that the weight scheme says.
        case head
    }

    /// A published matrix of `rows` rows, or that many rows of one matrix in a stacked tensor.
    package struct Part: Sendable {
        package let name: String
        package let rows: Int
        /// Nil if the part is a whole tensor.
        package let member: Member?

        package init(_ name: String, rows: Int, member: Member? = nil) {
            self.name = name
            self.rows = rows
            self.member = member
        }
    }

    /// Rows `first, first + step, …` of matrix `index` of a tensor `[count, rows, columns]`, or
    /// `[count, columns, rows]` if it is stored transposed.
    package struct Member: Sendable {
        package let index: Int
        package let count: Int
        /// Rows of the whole matrix.
        package let rows: Int
        package let first: Int
        package let step: Int
        package let isTransposed: Bool

        package init(
            _ index: Int, of count: Int, rows: Int, first: Int = 0, step: Int = 1,
            isTransposed: Bool = false
        ) {
            self.index = index
            self.count = count
            self.rows = rows
            self.first = first
            self.step = step
            self.isTransposed = isTransposed
        }
    }

    /// The joined matrix's name in a pack.
    package let key: String
    package let role: Role
    /// The parts of each expert; one entry for an ordinary projection.
    package let experts: [[Part]]
    package let columns: Int
    /// Rows of each expert's joined matrix.
    package let outputs: Int

    package init(key: String, role: Role, experts: [[Part]], columns: Int) {
        let rows = experts.map { $0.reduce(0) { $0 + $1.rows } }
        precondition(!experts.isEmpty && rows.allSatisfy { $0 == rows[0] }, "experts are alike")
        self.key = key
        self.role = role
        self.experts = experts
        self.columns = columns
        outputs = rows[0]
    }
}
