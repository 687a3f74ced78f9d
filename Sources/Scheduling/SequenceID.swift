/// The id of a sequence. Slots are reused, each time with another generation.
package struct SequenceID: Hashable, Sendable {
    let slot: Int32
    let generation: UInt32
}
