import Glibc
import Memory

/// The safetensors files of a model folder as one source: `model.safetensors`; or the shards that
/// the folder's `*.index.json` lists; or, without either, every `*.safetensors` file there.
package struct ShardedSafetensors: TensorSource {
    /// The most files of a folder that are read.
    package static let filesMax = 65_536

    /// The folder.
    package let location: String

    /// The files, in the order of their names.
    package let files: [SafetensorsFile]

    /// All tensors' names, file after file.
    package let names: [String]
    private let tensors: [String: StoredTensor]

    /// Opens the safetensors files of `folder` and checks them.
    package init(folder: String) throws(CheckpointError) {
        let (shards, index) = try Self.shards(of: folder)
        guard !shards.isEmpty else {
            throw CheckpointError(
                .configuration(
                    "no safetensors file and no *.index.json in this folder; "
                        + "give the folder that holds the model's weights"), in: folder)
        }
        try self.init(folder: folder, shards: shards, index: index)
    }

    /// The names of the folder's files that are read for its weights.
    package static func fileNames(in folder: String) throws(CheckpointError) -> [String] {
        let (shards, _) = try shards(of: folder)
        return shards
    }

    private static func shards(of folder: String) throws(CheckpointError)
        -> (names: [String], index: ShardIndex?)
    {
        let listing = try FolderListing(folder)
        if listing.names.contains("model.safetensors") { return (["model.safetensors"], nil) }
        if let name = try listing.index() {
            let index = try ShardIndex(path: folder + "/" + name)
            return (index.shards, index)
        }
        return (listing.names.filter { $0.hasSuffix(".safetensors") }, nil)
    }

    /// Joins opened files. If a tensor is in several, `index` says which is used; without an index
    /// it is an error.
    private init(
        folder: String, shards: [String], index: ShardIndex?
    ) throws(CheckpointError) {
        var files: [SafetensorsFile] = []
        var names: [String] = []
        var tensors: [String: StoredTensor] = [:]
        for shard in shards {
            let file = try SafetensorsFile(path: folder + "/" + shard)
            files.append(file)
            for name in file.names where index?.shard(of: name) ?? shard == shard {
                guard let tensor = file.tensor(name) else { continue }
                if let other = tensors.updateValue(tensor, forKey: name) {
                    throw CheckpointError(
                        .malformedTensor(tensor: name, "is in \(other.file.path) as well"),
                        in: file.location)
                }
                names.append(name)
            }
        }
        if let index {
            try index.check { tensors[$0] != nil }
        }
        location = folder
        self.files = files
        self.names = names
        self.tensors = tensors
    }

    package func tensor(_ name: String) -> StoredTensor? { tensors[name] }
}

/// The names of the files in a folder, sorted.
struct FolderListing {
    let path: String
    let names: [String]

    init(_ path: String) throws(CheckpointError) {
        guard let directory = unsafe opendir(path) else {
            let error = MemoryError("cannot open the folder \(path)", code: errno)
            throw CheckpointError(.unavailable(reason: error.message), in: path)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory), names.count < ShardedSafetensors.filesMax {
            // SAFETY: `d_name` is a terminated string inside the entry, valid until the next read.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { text in
                    unsafe String(cString: text)
                }
            }
            names.append(name)
        }
        self.path = path
        self.names = names.sorted()
    }

    /// The index, by its usual name or as the only one.
    func index() throws(CheckpointError) -> String? {
        let usual = "model.safetensors.index.json"
        let found = names.filter { $0.hasSuffix(".safetensors.index.json") }
        guard !found.contains(usual), found.count > 1 else {
            return found.contains(usual) ? usual : found.first
        }
        throw CheckpointError(
            .configuration(
                "several indexes (\(found.joined(separator: ", "))); keep the one to use"), in: path
        )
    }
}
