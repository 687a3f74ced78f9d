package import JSON

/// Messages to prompt text. The model's chat template is one; tests bring a tiny one.
package protocol PromptTemplate: Sendable {
    /// Errors say what the template objected to.
    func prompt(_ variables: JSONObject) throws(APIError) -> String
    /// The names of the variables that it looks at; nil if that cannot be told.
    var readNames: Set<String>? { get }
}

extension PromptTemplate {
    package var readNames: Set<String>? { nil }
}
