import JSON
package import Memory

/// A safetensors file: eight bytes of header length, a JSON header, the tensors' bytes
/// (https://huggingface.co/docs/safetensors). Every offset and length is checked when it is opened:
/// the tensors must cover the data part without gap or overlap, as the format requires.
package struct SafetensorsFile: TensorSource {
    /// A longer header is refused. Real ones have about 150 bytes for each tensor, and parsed JSON
    /// takes several times the memory of its text.
    package static let headerBytesMax = 32 << 20

    /// Entries whose names start with this only align the tensor after them, and are not listed.
    package static let paddingPrefix = "__padding__."

    /// The mapped file.
    package let file: MappedFile

    /// The header's `__metadata__`, free text by key.
    package let metadata: [String: String]

    /// All tensors' names, by offset.
    package let names: [String]
    private let tensors: [String: StoredTensor]

    package var location: String { file.path }

    /// Opens and checks the file at `path`.
    package init(path: String) throws(CheckpointError) {
        try self.init(file: MappedFile(checkpoint: path))
    }

    /// Checks `bytes` as if they were the file `name`.
    package init(bytes: [UInt8], name: String) throws(CheckpointError) {
        try self.init(file: MappedFile(bytes: bytes, name: name))
    }

    /// Checks an opened file.
    package init(file: MappedFile) throws(CheckpointError) {
        let header = try SafetensorsHeader(of: file)
        self.file = file
        metadata = header.metadata
        var names: [String] = []
        var tensors: [String: StoredTensor] = [:]
        tensors.reserveCapacity(header.entries.count)
        for entry in header.entries where !entry.name.hasPrefix(Self.paddingPrefix) {
            names.append(entry.name)
            tensors[entry.name] = StoredTensor(
                name: entry.name, format: .plain(entry.dtype), shape: entry.shape, file: file,
                offset: header.dataStart + entry.begin)
        }
        self.names = names
        self.tensors = tensors
    }

    package func tensor(_ name: String) -> StoredTensor? { tensors[name] }
}

extension MappedFile {
    /// Opens a checkpoint's file. Errors are `CheckpointError`s.
    convenience init(checkpoint path: String) throws(CheckpointError) {
        do {
            try self.init(path: path)
        } catch {
            throw CheckpointError(.unavailable(reason: error.message), in: path)
        }
    }
}
