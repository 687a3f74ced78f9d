package import Checkpoints
package import JSON
import Memory
package import Tokenization

/// What stands beside a model's weights: tokenizer, template and defaults, as their texts. A pack
/// carries them all, so that it needs no other file.
package struct ModelFiles: Sendable {
    /// Texts by the name of their file in a published folder; `vocabularyName` holds GGUF's.
    package private(set) var texts: [String: [UInt8]] = [:]

    package static let tokenizerName = "tokenizer.json"
    package static let tokenizerConfigurationName = "tokenizer_config.json"
    package static let generationName = "generation_config.json"
    package static let templateName = "chat_template.jinja"
    /// The tokenizer of a GGUF file, as JSON.
    package static let vocabularyName = "gguf_vocabulary.json"
    package static let names = [
        tokenizerName, tokenizerConfigurationName, generationName, templateName, vocabularyName,
    ]

    /// The most bytes of one file.
    private static let bytesMax = 256 << 20

    package init() {}

    package init(texts: [String: [UInt8]]) {
        self.texts = texts
    }

    /// These files with one more, or another in its place.
    package func with(_ name: String, _ text: [UInt8]) -> ModelFiles {
        var result = self
        result.texts[name] = text
        return result
    }

    /// Reads the files that are there.
    package init(folder: String) throws(CheckpointError) {
        for name in Self.names where name != Self.vocabularyName {
            let path = folder + "/" + name
            guard FileText.exists(path) else { continue }
            texts[name] = try FileText.read(path, bytesMax: Self.bytesMax)
        }
    }

    /// Reads a GGUF file's metadata.
    package init(_ file: GGUFFile) {
        if let template = file.metadata["tokenizer.chat_template"]?.stringValue {
            texts[Self.templateName] = Array(template.utf8)
        }
        if let vocabulary = GGUFVocabulary(file) {
            texts[Self.vocabularyName] = JSONWriter.bytes(vocabulary.json)
        }
    }

    /// A JSON file's value; nil where there is no such file.
    package func json(_ name: String, in location: String) throws(CheckpointError) -> JSONValue? {
        guard let bytes = texts[name] else { return nil }
        do {
            return try PythonJSON.parse(bytes, limits: JSONLimits(bytesMax: Self.bytesMax))
        } catch {
            throw CheckpointError(.malformed("\(name): \(error)"), in: location)
        }
    }

    /// The chat template: a file of its own, or the tokenizer configuration's; of several the one
    /// called "default".
    package func template(in location: String) throws(CheckpointError) -> String? {
        if let bytes = texts[Self.templateName] { return String(decoding: bytes, as: UTF8.self) }
        let value = try json(Self.tokenizerConfigurationName, in: location)?["chat_template"]
        if let text = value?.stringValue { return text }
        for entry in value?.arrayValue ?? [] where entry["name"]?.stringValue == "default" {
            return entry["template"]?.stringValue
        }
        return nil
    }

    /// The tokenizer; nil where the model has none.
    package func tokenizer(in location: String) throws(CheckpointError) -> Tokenizer? {
        do {
            if let json = try json(Self.tokenizerName, in: location) {
                return try Tokenizer(
                    json: json,
                    configuration: try self.json(Self.tokenizerConfigurationName, in: location))
            }
            if let json = try json(Self.vocabularyName, in: location) {
                return try Tokenizer(gguf: GGUFVocabulary(json))
            }
            return nil
        } catch let error as TokenizationError {
            throw CheckpointError(.configuration("\(error)"), in: location)
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(.configuration("\(error)"), in: location)
        }
    }
}
