package import API
package import Checkpoints
import JSON
package import Models
package import Tokenization

extension ModelDescription {
    /// What front ends need to know of a model, from the files beside its weights.
    ///
    /// - contextMax: tokens of prompt and answer together.
    /// - fingerprint: changes when the same seed may draw other tokens.
    package init(
        _ source: ModelSource, _ tokenizer: Tokenizer, name: String, created: Int64,
        contextMax: Int, vocabularySize: Int, fingerprint: String,
        build: ModelBuild = ModelBuild()
    ) throws(CheckpointError) {
        let templates = try ModelTemplates(source.files, tokenizer, in: source.path)
        self.init(
            name: name, created: created, contextMax: contextMax, vocabularySize: vocabularySize,
            endTokens: try source.endTokens(tokenizer).filter { $0 < vocabularySize },
            defaults: GenerationDefaults(try source.generationDefaults()), template: templates,
            templateVariables: templates?.variables ?? JSONObject(),
            templateKnowsDeveloper: templates?.knowsDeveloper ?? false, codec: tokenizer,
            fingerprint: fingerprint, build: build)
    }
}

extension ModelBuild {
    /// What the configuration says of the model's form; its numbers were checked when it was built.
    init(_ configuration: JSONObject, precision: String, weightBytes: Int, cacheBytes: Int) {
        func number(_ keys: String...) -> Int {
            keys.lazy.compactMap { configuration[$0]?.integerValue }.first ?? 0
        }
        self.init(
            family: configuration["model_type"]?.stringValue ?? "",
            layers: number("num_hidden_layers"), hidden: number("hidden_size"),
            experts: number("n_routed_experts", "num_experts", "num_local_experts"),
            expertsPerToken: number("num_experts_per_tok"), precision: precision,
            weightBytes: weightBytes, cacheBytes: cacheBytes)
    }
}

extension GenerationDefaults {
    /// The sampling defaults of a `generation_config.json`. `do_sample` false means greedy; without
    /// the key a server samples at temperature 1, as OpenAI's does.
    init(_ json: JSONObject) {
        let isGreedy = json["do_sample"]?.boolValue == false
        func number(_ key: String, _ fallback: Float) -> Float {
            json[key]?.doubleValue.map { Float($0) } ?? fallback
        }
        self.init(
            temperature: isGreedy ? 0 : number("temperature", 1), topP: number("top_p", 1),
            topK: max(0, json["top_k"]?.integerValue ?? 0), minP: number("min_p", 0),
            typicalP: number("typical_p", 1),
            repetitionPenalty: number("repetition_penalty", 1))
    }
}
