import Glibc
import Memory

/// A model in one GGUF file, or in several parts (`NAME-00001-of-00003.gguf`, …) as llama.cpp's
/// `gguf-split` writes them: the first part holds the metadata, each part some of the tensors.
package struct ShardedGGUF: TensorSource {
    /// A model of more parts is refused; the names have five digits.
    package static let partsMax = 99_999

    /// The parts in order, at least one.
    package let files: [GGUFFile]

    /// All tensors' names, part after part.
    package let names: [String]
    private let tensors: [String: StoredTensor]

    /// The first part, whose metadata is the model's.
    private var first: GGUFFile { files[0] }

    /// The model's metadata.
    package var metadata: [String: GGUFValue] { first.metadata }

    package var location: String { first.location }

    /// Opens the file at `path` (of a split model, any of its parts) and the other parts with it.
    package init(path: String) throws(CheckpointError) {
        let opened = try GGUFFile(path: path)
        let count = try Self.partCount(opened)
        guard count > 1 else {
            try self.init([opened])
            return
        }
        guard let name = GGUFPartName(path), name.count == count else {
            let example = GGUFPartName(stem: "NAME", number: 1, count: count).path
            throw CheckpointError(
                .configuration(
                    "it is one of \(count) parts, which are found by their names \(example) and "
                        + "so on; give them back the names that they were made with"), in: path)
        }
        var parts: [GGUFFile] = []
        for number in 1...count {
            let part = GGUFPartName(stem: name.stem, number: number, count: count).path
            let isThere = unsafe access(part, F_OK) == 0
            guard number == name.number || isThere else {
                throw CheckpointError(
                    .unavailable(
                        reason: "\(part): missing; all \(count) parts of the model must lie in "
                            + "one folder"), in: part)
            }
            parts.append(number == name.number ? opened : try GGUFFile(path: part))
        }
        try self.init(parts)
    }

    /// Opens the one GGUF model that `folder` holds; nil if it holds no GGUF file.
    package init?(folder: String) throws(CheckpointError) {
        let files = try FolderListing(folder).names.filter { $0.hasSuffix(".gguf") }
        // The parts of a model count as one.
        var models: [String: String] = [:]
        for file in files {
            let key = GGUFPartName(file).map { "\($0.stem) \($0.count)" } ?? file
            if models[key] == nil { models[key] = file }
        }
        guard let file = models.values.first else { return nil }
        guard models.count == 1 else {
            let shown = models.values.sorted().prefix(8).joined(separator: ", ")
            throw CheckpointError(
                .configuration(
                    "holds \(models.count) GGUF models (\(shown)\(models.count > 8 ? ", …" : "")); "
                        + "name the file to use"), in: folder)
        }
        try self.init(path: folder + "/" + file)
    }

    /// Joins opened parts, which must be one model's, in order.
    package init(_ files: [GGUFFile]) throws(CheckpointError) {
        precondition(!files.isEmpty, "a model has at least one part")
        var names: [String] = []
        var tensors: [String: StoredTensor] = [:]
        for (index, file) in files.enumerated() {
            if files.count > 1 { try Self.check(file, index, of: files) }
            for name in file.names {
                if let tensor = file.tensor(name),
                    let other = tensors.updateValue(tensor, forKey: name)
                {
                    throw CheckpointError(
                        .malformedTensor(tensor: name, "is in \(other.file.path) as well"),
                        in: file.location)
                }
                names.append(name)
            }
        }
        self.files = files
        self.names = names
        self.tensors = tensors
        let total = first.metadata["split.tensors.count"]?.integerValue
        if let total, files.count > 1, total != names.count {
            throw CheckpointError(
                .malformed(
                    "it tells of \(total) tensors, its \(files.count) parts hold \(names.count)"),
                in: first.location)
        }
    }

    package func tensor(_ name: String) -> StoredTensor? { tensors[name] }

    /// Throws if a part tells of another place, or of another model, than its name and the others.
    private static func check(
        _ file: GGUFFile, _ index: Int, of files: [GGUFFile]
    ) throws(CheckpointError) {
        let count = try partCount(file)
        guard count == files.count else {
            throw CheckpointError(
                .malformed(
                    "it is one of \(count) parts, \(files[0].location) is one of \(files.count)"),
                in: file.location)
        }
        guard let number = file.metadata["split.no"]?.integerValue, number == index else {
            let told = file.metadata["split.no"].map { "'split.no' is \($0)" } ?? "no 'split.no'"
            throw CheckpointError(
                .malformed("it is no part \(index + 1) of its model: \(told), from 0 on"),
                in: file.location)
        }
        let key = "general.architecture"
        guard let architecture = file.metadata[key] else { return }
        guard architecture == files[0].metadata[key] else {
            throw CheckpointError(
                .malformed("its '\(key)' differs from that of \(files[0].location)"),
                in: file.location)
        }
    }

    /// How many parts a file's model has.
    private static func partCount(_ file: GGUFFile) throws(CheckpointError) -> Int {
        guard let value = file.metadata["split.count"] else { return 1 }
        // gguf-split writes 0 into the one file that it merges parts into.
        guard let count = value.integerValue, (0...partsMax).contains(count) else {
            throw CheckpointError(
                .malformed("'split.count' is \(value), 1 to \(partsMax) was expected"),
                in: file.location)
        }
        return max(count, 1)
    }
}
