package import API
import ChatTemplates
package import Checkpoints
import JSON
package import Models
package import Tokenization

extension ModelDescription {
    /// What front ends need to know of a model, from the files beside its weights.
    ///
    /// - contextMax: tokens of prompt and answer together.
    /// - fingerprint: changes when the same seed may give other answers.
    package init(
        _ source: ModelSource, _ tokenizer: Tokenizer, name: String, created: Int64,
        contextMax: Int, vocabularySize: Int, fingerprint: String,
        build: ModelBuild = ModelBuild()
    ) throws(CheckpointError) {
        let text = try source.template()
        var template: ChatTemplate?
        if let text {
            do throws(ChatTemplateError) {
                template = try ChatTemplate(source: text)
            } catch {
                throw CheckpointError(
                    .configuration("the chat template: \(error)"), in: source.path)
            }
        } else if tokenizer.id(of: "<|im_start|>") != nil {
            template = try? ChatTemplate(source: ChatTemplate.chatML)
        }
        self.init(
            name: name, created: created, contextMax: contextMax, vocabularySize: vocabularySize,
            endTokens: try source.endTokens(tokenizer).filter { $0 < vocabularySize },
            defaults: GenerationDefaults(try source.generationDefaults()), template: template,
            templateVariables: try Self.templateVariables(source, tokenizer),
            templateKnowsDeveloper: text?.contains("developer") ?? false, codec: tokenizer,
            fingerprint: fingerprint, build: build)
    }

    /// `bos_token`, `eos_token` and the other special tokens by name, as texts.
    private static func templateVariables(_ source: ModelSource, _ tokenizer: Tokenizer)
        throws(CheckpointError) -> JSONObject
    {
        var variables = JSONObject()
        if let id = tokenizer.bos { variables["bos_token"] = text(of: id, tokenizer) }
        if let id = tokenizer.eos { variables["eos_token"] = text(of: id, tokenizer) }
        let configuration = try source.files.json(
            ModelFiles.tokenizerConfigurationName, in: source.path)
        for (key, value) in configuration?.objectValue ?? JSONObject() where key.hasSuffix("_token")
        {
            // A token is its text, or an object with it.
            if let text = value.stringValue ?? value["content"]?.stringValue {
                variables[key] = .string(text)
            }
        }
        return variables
    }

    private static func text(of id: Int32, _ tokenizer: Tokenizer) -> JSONValue {
        .string(String(decoding: tokenizer.bytes(of: id), as: UTF8.self))
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
