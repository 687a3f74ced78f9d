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
