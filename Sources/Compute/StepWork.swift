/// What a step must read and compute, by kind of product. It limits a step's speed.
package struct StepWork: Sendable {
    /// Matrices that are multiplied alike.
    package struct Part: Sendable {
        /// Bytes of weights, scales and sums, in the form they are held in.
        package var bytes = 0
        /// Multiply-adds for each row of inputs; scales and sums are not counted.
        package var products = 0

        package init() {}

        package mutating func add(bytes: Int, products: Int) {
            self.bytes += bytes
            self.products += products
        }
    }

    /// INT8 projections that every token is multiplied with.
    package var dense = Part()
    /// INT8 projections of all experts of all layers.
    package var experts = Part()
    /// Float matrices: routers, absorbed projections, or all of a float model but its head.
    package var float = Part()
    /// The head, which only rows with logits are multiplied with.
    package var head = Part()
    package var headIsInteger = false
    /// The share of the experts that one token visits.
    package var expertShare = 1.0

    package init() {}

    /// The share of the experts that a step of `tokens` tokens visits if they choose evenly.
    package func visitedShare(_ tokens: Int) -> Double {
        var missed = 1.0
        for _ in 0..<tokens where missed > 1e-6 { missed *= 1 - expertShare }
        return 1 - missed
    }

    /// The bytes of weights that a step of `tokens` tokens reads, `logitRows` of them with logits.
    package func bytes(tokens: Int, logitRows: Int) -> Int {
        dense.bytes + float.bytes + (logitRows > 0 ? head.bytes : 0)
            + Int(Double(experts.bytes) * visitedShare(tokens))
    }
}
