package import ChatTemplates
package import JSON

extension ChatTemplate: PromptTemplate {
    package var readNames: Set<String>? { freeNames }

    package func prompt(_ variables: JSONObject) throws(APIError) -> String {
        do throws(ChatTemplateError) {
            return try render(variables)
        } catch {
            // Templates fail on messages that they were not made for; the client can change those.
            throw APIError(.chatTemplateError, error.description, param: "messages")
        }
    }
}
