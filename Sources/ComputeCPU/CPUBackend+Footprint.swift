/// The weights that a step multiplies with, in bytes as they are held: what limits its speed.
package struct MultiplyBytes: Sendable {
    /// Read by every step: projections outside of experts, and the head.
    package let always: Int
    /// All experts of all layers.
    package let experts: Int
    /// The share of the experts that one token visits.
    package let expertShare: Double
    /// The head alone, which a prompt uses once.
    package let head: Int

    /// INT8 weights that a prompt's token is multiplied with.
    package var active: Int { always - head + Int(Double(experts) * expertShare) }

    /// What a step of so many sequences reads when they choose experts evenly.
    package func step(_ sequences: Int) -> Int {
        var missed = 1.0
        for _ in 0..<sequences { missed *= 1 - expertShare }
        return always + Int(Double(experts) * (1 - missed))
    }
}

extension CPUBackend {
    /// The bytes of the installed matrices by what they are for.
    ///
    /// - embedding: the table whose rows are looked up; the head where it is tied.
    package func multiplyBytes(experts: Int, expertsPerToken: Int, vocabulary: Int)
        -> MultiplyBytes
    {
        var always = 0
        var inExperts = 0
        var head = 0
        for matrix in matrices {
            switch matrix {
            case .int8(let packed) where packed.experts > 1: inExperts += packed.bytes
            case .int8(let packed) where packed.rotation != nil: head = packed.bytes
            case .int8(let packed): always += packed.bytes
            case .float(let rows) where rows.outputs == vocabulary:
                // The last of them is the head, an untied table before it is only looked up.
                head = rows.bytes
            case .float(let rows) where rows.runs.count > 1: inExperts += rows.bytes
            case .float(let rows): always += rows.bytes
            }
        }
        return MultiplyBytes(
            always: always + head, experts: inExperts,
            expertShare: experts > 0 ? Double(expertsPerToken) / Double(experts) : 1, head: head)
    }
}
