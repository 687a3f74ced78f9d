package import Generation
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
    /// Nil where the checkpoint has no chat template; chat is refused then.
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
}

/// What a model is made of and how it is held, for those who ask.
package struct ModelBuild: Sendable, Equatable {
    /// `model_type` of the checkpoint.
    package var family: String
    package var layers: Int
    package var hidden: Int
    /// Routed experts of a layer and how many a token visits; 0 for dense models.
    package var experts: Int
    package var expertsPerToken: Int
    /// `f32`, `int8`.
    package var precision: String
    package var weightBytes: Int
    package var cacheBytes: Int

    package init(
        family: String = "", layers: Int = 0, hidden: Int = 0, experts: Int = 0,
        expertsPerToken: Int = 0, precision: String = "", weightBytes: Int = 0,
        cacheBytes: Int = 0
    ) {
        self.family = family
        self.layers = layers
        self.hidden = hidden
        self.experts = experts
        self.expertsPerToken = expertsPerToken
        self.precision = precision
        self.weightBytes = weightBytes
        self.cacheBytes = cacheBytes
    }
}

/// Sampling defaults of a checkpoint's `generation_config.json`, for what a request leaves open.
package struct GenerationDefaults: Sendable, Equatable {
    package var temperature: Float
    package var topP: Float
    package var topK: Int
    package var minP: Float
    package var typicalP: Float
    package var repetitionPenalty: Float

    package init(
        temperature: Float = 1, topP: Float = 1, topK: Int = 0, minP: Float = 0,
        typicalP: Float = 1, repetitionPenalty: Float = 1
    ) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.minP = minP
        self.typicalP = typicalP
        self.repetitionPenalty = repetitionPenalty
    }
}

/// A model, the engine that runs it, and what is measured of it.
package struct ServedModel: Sendable {
    package let description: ModelDescription
    package let service: any GenerationService
    package let metrics: GenerationMetrics

    package init(
        _ description: ModelDescription, service: any GenerationService, metrics: GenerationMetrics
    ) {
        self.description = description
        self.service = service
        self.metrics = metrics
    }
}

/// The models of this server.
package struct ModelCatalog: Sendable {
    /// The first one serves requests that name none.
    package let models: [ServedModel]
    private let indexes: [String: Int]

    /// Needs at least one model; of equal names the first counts.
    package init(_ models: [ServedModel]) {
        precondition(!models.isEmpty, "a server needs a model")
        self.models = models
        var indexes: [String: Int] = [:]
        for (index, model) in models.enumerated() {
            for name in [model.description.name] + model.description.aliases
            where indexes[name] == nil {
                indexes[name] = index
            }
        }
        self.indexes = indexes
    }

    /// The model of that name, or the default one for nil.
    package func find(_ name: String?) throws(APIError) -> ServedModel {
        guard let name else { return models[0] }
        guard let index = indexes[name] else {
            let names = models.prefix(8).map { "'\($0.description.name)'" }
            throw APIError(
                .unknownModel,
                "there is no model '\(Spelling.shown(name))' here; this server has "
                    + names.joined(separator: ", "),
                param: "model")
        }
        return models[index]
    }
}
