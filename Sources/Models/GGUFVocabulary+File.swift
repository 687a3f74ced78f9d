import Checkpoints
import JSON
import Tokenization

extension GGUFVocabulary {
    /// The tokenizer in a GGUF model's metadata; nil if there is none.
    init?(_ metadata: [String: GGUFValue]) {
        guard let model = metadata["tokenizer.ggml.model"]?.stringValue,
            let tokens = metadata["tokenizer.ggml.tokens"]?.arrayValue?.strings
        else { return nil }
        func id(_ name: String) -> Int32? {
            metadata["tokenizer.ggml.\(name)_token_id"]?.integerValue
                .flatMap { Int32(exactly: $0) }
        }
        func flag(_ name: String) -> Bool? { metadata["tokenizer.ggml.\(name)"]?.boolValue }
        let types = metadata["tokenizer.ggml.token_type"]?.arrayValue?.integers ?? []
        self.init(
            model: model, pre: metadata["tokenizer.ggml.pre"]?.stringValue ?? "default",
            tokens: tokens, types: types.map(Self.type),
            scores: metadata["tokenizer.ggml.scores"]?.arrayValue?.floats ?? [],
            merges: metadata["tokenizer.ggml.merges"]?.arrayValue?.strings ?? [],
            bos: id("bos"), eos: id("eos"), unknown: id("unknown"), eot: id("eot"),
            addBOS: flag("add_bos_token"), addEOS: flag("add_eos_token"),
            addSpacePrefix: flag("add_space_prefix"))
    }

    /// A token's type; what fits none is undefined, which is 0.
    private static func type(_ value: Int) -> Int32 { Int32(exactly: value) ?? 0 }

    /// As JSON, for packs.
    var json: JSONValue {
        func id(_ value: Int32?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
        func flag(_ value: Bool?) -> JSONValue { value.map { .bool($0) } ?? .null }
        return .object([
            "model": .string(model), "pre": .string(pre),
            "tokens": .array(tokens.map { .string($0) }),
            "types": .array(types.map { .integer(Int64($0)) }),
            "scores": .array(scores.map { .double(Double($0)) }),
            "merges": .array(merges.map { .string($0) }), "bos": id(bos), "eos": id(eos),
            "unknown": id(unknown), "eot": id(eot), "add_bos": flag(addBOS),
            "add_eos": flag(addEOS), "add_space_prefix": flag(addSpacePrefix),
        ])
    }

    /// What `json` wrote.
    init(_ json: JSONValue) {
        func strings(_ key: String) -> [String] {
            (json[key]?.arrayValue ?? []).map { $0.stringValue ?? "" }
        }
        func id(_ key: String) -> Int32? {
            json[key]?.integerValue.flatMap { Int32(exactly: $0) }
        }
        self.init(
            model: json["model"]?.stringValue ?? "", pre: json["pre"]?.stringValue ?? "default",
            tokens: strings("tokens"),
            types: (json["types"]?.arrayValue ?? []).map { Self.type($0.integerValue ?? 1) },
            scores: (json["scores"]?.arrayValue ?? []).map { Float($0.doubleValue ?? 0) },
            merges: strings("merges"), bos: id("bos"), eos: id("eos"), unknown: id("unknown"),
            eot: id("eot"), addBOS: json["add_bos"]?.boolValue,
            addEOS: json["add_eos"]?.boolValue,
            addSpacePrefix: json["add_space_prefix"]?.boolValue)
    }
}
