extension CPUBackend {
    /// The bytes of the installed matrices, by their use.
    ///
    /// - embedding: the table whose rows are looked up; it is also the head if the model ties them.
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
                // The last one is the head. A table before it is not tied: its rows are only looked
                // up.
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
