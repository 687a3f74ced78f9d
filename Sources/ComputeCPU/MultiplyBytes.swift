/// The bytes of weights that a step reads, in the form they are held in. They limit its speed.
package struct MultiplyBytes: Sendable {
    /// Read by every step: projections outside of experts, and the head.
    package let always: Int
    /// All experts of all layers.
    package let experts: Int
    /// The share of the experts that one token visits.
    package let expertShare: Double
    /// The head alone, which a prompt uses once.
    package let head: Int

    /// Bytes of INT8 weights that a prompt's token is multiplied with.
    package var active: Int { always - head + Int(Double(experts) * expertShare) }

    /// The bytes that a step of `sequences` tokens reads if experts are chosen evenly.
    package func step(_ sequences: Int) -> Int {
        var missed = 1.0
        for _ in 0..<sequences { missed *= 1 - expertShare }
        return always + Int(Double(experts) * (1 - missed))
    }
}
