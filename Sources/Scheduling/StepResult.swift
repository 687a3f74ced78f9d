/// The result of one entry of a step.
package struct StepResult: Sendable, Equatable {
    package var sequence: SequenceID
    /// The token drawn, for entries that want one.
    package var token: Int32?
    /// Whether numbers were not finite. The request then fails, and its blocks are cleared.
    package var isFaulty: Bool

    package init(sequence: SequenceID, token: Int32? = nil, isFaulty: Bool = false) {
        self.sequence = sequence
        self.token = token
        self.isFaulty = isFaulty
    }
}
