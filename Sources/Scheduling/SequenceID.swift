/// Names one sequence of the scheduler. Places are used again, with another generation.
package struct SequenceID: Hashable, Sendable {
    let slot: Int32
    let generation: UInt32
}
