package import JSON

/// Where a prompt's tokens come from.
package enum PromptSource: Sendable {
    case tokens([Int32])
    /// `special` adds the tokens that the tokenizer puts around a text.
    case text(String, special: Bool)
    /// The template's variables (`messages`, `tools`, `add_generation_prompt` and others), to which
    /// the model's own are added. The template writes special tokens itself, hence `special` is
    /// mostly false.
    case chat(JSONObject, special: Bool)
}
