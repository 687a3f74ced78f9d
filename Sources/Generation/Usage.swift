/// What a choice has used.
package struct Usage: Sendable, Equatable {
    package var promptTokens: Int
    /// Tokens drawn, a stop token included.
    package var completionTokens: Int
    /// Prompt tokens whose keys and values came from the prefix cache.
    package var cachedTokens: Int

    package init(promptTokens: Int, completionTokens: Int, cachedTokens: Int) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedTokens = cachedTokens
    }
}
