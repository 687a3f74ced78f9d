/// Why a tokenizer could not be made: the faulty part of the definition, what it says, and what to
/// do.
package struct TokenizationError: Error, Equatable, CustomStringConvertible {
    /// The place in the definition, such as `pre_tokenizer[1]` or `model.merges[17]`.
    package let part: String
    package let message: String

    package init(_ message: String, in part: String) {
        self.part = part
        self.message = message
    }

    package var description: String { "tokenizer, \(part): \(message)" }
}
