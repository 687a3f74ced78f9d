package import Checkpoints
package import JSON
package import Tokenization

/// A model as `--model` names it: a folder with `config.json` and safetensors, a GGUF file (of a
/// split one, any part) or the folder that holds it, or a pack.
package struct ModelSource: Sendable {
    package enum Weights: Sendable {
        /// A checkpoint as published.
        case catalog(any WeightCatalog)
        case pack(PackFile)
    }

    package enum Form: String, Sendable {
        case folder, gguf, pack
    }

    private var givenName: String?
    package let path: String
    package let form: Form
    /// `config.json`, or GGUF's metadata in its words.
    package let configuration: JSONObject
    package let weights: Weights
    package private(set) var files: ModelFiles

    /// Opens what lies at `path` and reads all but the weights.
    package init(path: String) throws(CheckpointError) {
        try FileText.require(
            path,
            orElse: CheckpointError(
                .unavailable(
                    reason: "\(path): no such model; give a folder with config.json, a GGUF file "
                        + "or a pack"), in: path))
        if let gguf = try Self.gguf(path) {
            let translated = try GGUFConfiguration(gguf)
            self.path = gguf.location
            form = .gguf
            configuration = translated.json
            weights = .catalog(GGUFCatalog(gguf, permutedHeads: translated.permutedHeads))
            files = ModelFiles(gguf.metadata)
        } else if FileText.isFolder(path) {
            self.path = path
            form = .folder
            configuration = try Self.folderConfiguration(path)
            let quantization = try StoredQuantization(
                configuration, file: path + "/config.json")
            weights = .catalog(
                SafetensorsCatalog(try ShardedSafetensors(folder: path), quantization))
            files = try ModelFiles(folder: path)
        } else {
            self.path = path
            guard try Self.isSafetensors(path) else {
                throw CheckpointError(
                    .unsupported(
                        "neither a GGUF file nor a pack",
                        remedy: "give one of them, or a folder with config.json"), in: path)
            }
            let file = try SafetensorsFile(path: path)
            guard PackFile.isPack(file) else {
                throw CheckpointError(
                    .unsupported(
                        "a safetensors file that is no pack",
                        remedy: "give the folder that it lies in, with config.json"), in: path)
            }
            let pack = try PackFile(file)
            form = .pack
            configuration = pack.configuration
            weights = .pack(pack)
            files = pack.files
        }
    }

    /// A model made of another's parts, as preparation does.
    package init(
        _ source: ModelSource, configuration: JSONObject, catalog: any WeightCatalog
    ) {
        path = source.path
        form = source.form
        self.configuration = configuration
        weights = .catalog(catalog)
        files = source.files
    }

    /// The model whose `config.json` lies in the folder `shape`, with weights and files from elsewhere.
    package init(shape: String, catalog: any WeightCatalog, files: ModelFiles)
        throws(CheckpointError)
    {
        path = shape
        form = .folder
        configuration = try Self.folderConfiguration(shape)
        weights = .catalog(catalog)
        self.files = files
    }

    /// This model with other files beside its weights.
    package func with(_ files: ModelFiles) -> ModelSource {
        var result = self
        result.files = files
        return result
    }

    /// This model under another name, as a cached pack is known by its checkpoint's.
    package func renamed(_ name: String) -> ModelSource {
        var result = self
        result.givenName = name
        return result
    }

    /// What the model is called where nobody says otherwise: the last part of its path.
    package var name: String {
        if let givenName { return givenName }
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        let last = trimmed.split(separator: "/").last.map(String.init) ?? path
        if let part = GGUFPartName(last), !part.stem.isEmpty { return part.stem }
        for suffix in [".switchyard", ".gguf"] where last.hasSuffix(suffix) {
            return String(last.dropLast(suffix.count))
        }
        return last
    }

    /// The file that errors about the configuration name.
    package var configurationFile: String {
        form == .folder ? path + "/config.json" : path
    }

    package func tokenizer() throws(CheckpointError) -> Tokenizer? {
        try files.tokenizer(in: path)
    }

    package func templates() throws(CheckpointError) -> [String: String] {
        try files.templates(in: path)
    }

    /// Sampling defaults and further end tokens; empty where the model has none.
    package func generationDefaults() throws(CheckpointError) -> JSONObject {
        try files.json(ModelFiles.generationName, in: path)?.objectValue ?? JSONObject()
    }

    /// The tokens that end an answer: the configurations' and the tokenizer's.
    package func endTokens(_ tokenizer: Tokenizer?) throws(CheckpointError) -> [Int32] {
        var ids: Set<Int32> = []
        let key = "eos_token_id"
        for value in [configuration[key], try generationDefaults()[key]] {
            guard let value, !value.isNull else { continue }
            let list = value.arrayValue ?? [value]
            let tokens = list.compactMap { $0.integerValue.flatMap { Int32(exactly: $0) } }
            guard tokens.count == list.count else {
                throw CheckpointError(
                    .configuration(
                        "'\(key)' is \(JSONWriter.string(value).prefix(80)), expected a token or "
                            + "a list of tokens"), in: configurationFile)
            }
            ids.formUnion(tokens)
        }
        if let eos = tokenizer?.eos { ids.insert(eos) }
        if let eot = tokenizer?.eot { ids.insert(eot) }
        return ids.filter { $0 >= 0 }.sorted()
    }

    private static func folderConfiguration(_ path: String) throws(CheckpointError) -> JSONObject {
        let file = path + "/config.json"
        try FileText.require(
            file,
            orElse: CheckpointError(
                .unavailable(reason: "\(file): missing; a model folder needs a config.json"),
                in: path))
        let bytes = try FileText.read(file, bytesMax: 16 << 20)
        do {
            guard let object = try PythonJSON.parse(bytes).objectValue else {
                throw CheckpointError(.configuration("is not a JSON object"), in: file)
            }
            return object
        } catch let error as JSONError {
            throw CheckpointError(.configuration("is not JSON: \(error)"), in: file)
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(.configuration("\(error)"), in: file)
        }
    }

    /// The GGUF model at `path`: a file, any part of a split one, or the only one in a folder without
    /// safetensors. nil if there is none.
    package static func gguf(_ path: String) throws(CheckpointError) -> ShardedGGUF? {
        if FileText.isFolder(path) {
            let names = FileText.names(in: path)
            guard !names.contains(where: { $0.hasSuffix(".safetensors") }) else { return nil }
            return try ShardedGGUF(folder: path)
        }
        guard try FileText.head(path, count: 4) == Array("GGUF".utf8) else { return nil }
        return try ShardedGGUF(path: path)
    }

    /// Whether the file begins like one of safetensors: with its header's length, then JSON.
    private static func isSafetensors(_ path: String) throws(CheckpointError) -> Bool {
        try FileText.head(path, count: 9).dropFirst(8) == [UInt8(ascii: "{")]
    }
}
