package import JSON

/// What front ends know of a model: its name, limits, texts and defaults.
package struct ModelDescription: Sendable {
    /// The name it is served under, and others that requests may use for it.
    package var name: String
    package var aliases: [String]
    /// When the server began to serve it, in Unix seconds.
    package var created: Int64
    /// Tokens of prompt and answer together, at most.
    package var contextMax: Int
    package var vocabularySize: Int
    /// Tokens that end an answer unless `ignore_eos` is set.
    package var endTokens: [Int32]
    package var defaults: GenerationDefaults
    /// Nil if the checkpoint has no chat template; chat is refused then.
    package var template: (any PromptTemplate)?
    /// What the template sees besides messages: `bos_token`, `eos_token` and the like.
    package var templateVariables: JSONObject
    /// The template has a `developer` role of its own; others see developers as `system`.
    package var templateKnowsDeveloper: Bool
    package var codec: any TextCodec
    /// Changes when the same seed may give other answers: weights, scheme, version.
    package var fingerprint: String
    package var build: ModelBuild

    package init(
        name: String, aliases: [String] = [], created: Int64, contextMax: Int,
        vocabularySize: Int, endTokens: [Int32],
        defaults: GenerationDefaults = GenerationDefaults(),
        template: (any PromptTemplate)?, templateVariables: JSONObject = JSONObject(),
        templateKnowsDeveloper: Bool = false, codec: any TextCodec, fingerprint: String,
        build: ModelBuild = ModelBuild()
    ) {
        self.name = name
        self.aliases = aliases
        self.created = created
        self.contextMax = contextMax
        self.vocabularySize = vocabularySize
        self.endTokens = endTokens
        self.defaults = defaults
        self.template = template
        self.templateVariables = templateVariables
        self.templateKnowsDeveloper = templateKnowsDeveloper
        self.codec = codec
        self.fingerprint = fingerprint
        self.build = build
    }

    /// Throws if the model's chat template never looks at this variable, which a client has sent in
    /// the field `path`: what has no effect is refused, not ignored.
    func requireReading(_ name: String, path: String) throws(APIError) {
        guard let read = template?.readNames, !read.contains(name) else { return }
        let others = read.subtracting(["messages", "tools", "add_generation_prompt"]).sorted()
        let near = Spelling.nearest(to: name, among: others)
        let hint = near.map { "; did you mean '\($0)'?" } ?? "; leave it out"
        throw RequestFields.unsupported(
            path, "has no effect: the chat template of '\(self.name)' does not read it\(hint)")
    }
}
