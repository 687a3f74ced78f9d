/// Token ids to text, one at a time, in whole characters.
package protocol TextDetokenizer: Sendable {
    mutating func append(_ id: Int32) -> String
    /// The text that was still waiting for the rest of a character.
    mutating func finish() -> String
}
