package import Checkpoints
package import JSON
import Memory
package import Tokenization

/// What lies beside a model's weights: tokenizer, template and defaults, as their texts. A pack
/// carries them all, so that it needs no other file.
package struct ModelFiles: Sendable {
    /// Texts by the name of their file in a published folder; `vocabularyName` holds GGUF's.
    package private(set) var texts: [String: [UInt8]] = [:]

    package static let tokenizerName = "tokenizer.json"
    package static let tokenizerConfigurationName = "tokenizer_config.json"
    package static let generationName = "generation_config.json"
    package static let templateName = "chat_template.jinja"
    /// Templates besides the default one, each in a file called after it.
    package static let templateFolder = "additional_chat_templates"
    /// The tokenizer of a GGUF file, as JSON.
    package static let vocabularyName = "gguf_vocabulary.json"
    package static let names = [
        tokenizerName, tokenizerConfigurationName, generationName, templateName, vocabularyName,
    ]

    /// The most bytes of one file.
    private static let bytesMax = 256 << 20
    /// The most templates besides the default one.
    private static let templatesMax = 64
    private static let templateSuffix = ".jinja"
    private static let defaultTemplate = "default"

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
        for name in Self.names(in: folder) {
            texts[name] = try FileText.read(folder + "/" + name, bytesMax: Self.bytesMax)
        }
    }

    /// The names of the files that are there.
    package static func names(in folder: String) -> [String] {
        let templates = FileText.names(in: folder + "/" + templateFolder)
            .filter { $0.hasSuffix(templateSuffix) }.sorted().prefix(templatesMax)
        return names.filter { $0 != vocabularyName && FileText.exists(folder + "/" + $0) }
            + templates.map { templateFolder + "/" + $0 }
    }

    /// Reads a GGUF model's metadata.
    package init(_ metadata: [String: GGUFValue]) {
        let key = "tokenizer.chat_template"
        if let template = metadata[key]?.stringValue {
            texts[Self.templateName] = Array(template.utf8)
        }
        let others = metadata.keys.filter { $0.hasPrefix(key + ".") }.sorted()
        for other in others.prefix(Self.templatesMax) {
            let name = other.dropFirst(key.count + 1)
            // It becomes a file's name where the model is written as a folder.
            let isPlain = name.allSatisfy {
                $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber))
            }
            guard isPlain, !name.isEmpty, let template = metadata[other]?.stringValue else {
                continue
            }
            texts["\(Self.templateFolder)/\(name)\(Self.templateSuffix)"] = Array(template.utf8)
        }
        if let vocabulary = GGUFVocabulary(metadata) {
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

    /// The chat templates by name: files of their own, or else what the tokenizer configuration
    /// has. One without a name is called "default".
    package func templates(in location: String) throws(CheckpointError) -> [String: String] {
        var result: [String: String] = [:]
        for (name, bytes) in texts where name.hasPrefix(Self.templateFolder + "/") {
            let name = name.dropFirst(Self.templateFolder.count + 1)
                .dropLast(Self.templateSuffix.count)
            result[String(name)] = String(decoding: bytes, as: UTF8.self)
        }
        if let bytes = texts[Self.templateName] {
            result[Self.defaultTemplate] = String(decoding: bytes, as: UTF8.self)
        }
        guard result.isEmpty else { return result }
        let value = try json(Self.tokenizerConfigurationName, in: location)?["chat_template"]
        if let text = value?.stringValue { return [Self.defaultTemplate: text] }
        for (name, template) in value?.objectValue ?? JSONObject() {
            result[name] = template.stringValue
        }
        for entry in value?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue else { continue }
            result[name] = entry["template"]?.stringValue
        }
        return result
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
