package import Memory

/// A GGUF file of version 2 or 3, little-endian (ggml's docs/gguf.md). Counts, lengths, offsets
/// and block geometry are checked when it is opened.
package struct GGUFFile: TensorSource {
    /// The alignment of tensors if `general.alignment` is absent.
    package static let alignmentDefault = 32

    /// A larger alignment means a damaged file.
    package static let alignmentMax = 1 << 20

    /// The mapped file.
    package let file: MappedFile

    /// 2 or 3.
    package let version: Int

    /// The metadata, and its keys in file order.
    package let metadata: [String: GGUFValue]
    package let keys: [String]

    /// Every tensor's offset is a multiple of this number of bytes; a power of two.
    package let alignment: Int

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
        var reader = GGUFReader(file)
        let magic: UInt32 = try reader.integer("the magic number")
        guard magic == 0x4655_4747 else {
            throw CheckpointError(
                .malformed("it does not start with 'GGUF'"), in: file.path)
        }
        version = try Self.version(&reader)
        let tensorCount = try reader.count(of: "tensors", itemBytesMin: 24)
        let keyCount = try reader.count(of: "metadata entries", itemBytesMin: 13)
        var metadata: [String: GGUFValue] = [:]
        var keys: [String] = []
        keys.reserveCapacity(keyCount)
        for _ in 0..<keyCount {
            let key = try reader.string("a metadata key", bytesMax: GGUFReader.nameBytesMax)
            let type: UInt32 = try reader.integer("the type of metadata '\(key)'")
            let value = try reader.value(ofType: type, key)
            guard metadata.updateValue(value, forKey: key) == nil else {
                throw CheckpointError(
                    .malformed("metadata '\(key)' occurs twice"), in: file.path)
            }
            keys.append(key)
        }
        alignment = try Self.alignment(metadata, file.path)
        let entries = try Self.entries(&reader, count: tensorCount)
        let placed = try GGUFPlacement(
            entries, dataStart: reader.position, alignment: alignment, file)
        self.file = file
        self.metadata = metadata
        self.keys = keys
        names = placed.tensors.map(\.name)
        tensors = placed.byName
    }

    package func tensor(_ name: String) -> StoredTensor? { tensors[name] }

    private static func version(_ reader: inout GGUFReader) throws(CheckpointError) -> Int {
        let version: UInt32 = try reader.integer("the version")
        switch version {
        case 2, 3:
            return Int(version)
        case 0x0200_0000, 0x0300_0000:
            throw CheckpointError(
                .unsupported("it is big-endian", remedy: "convert it to little-endian"),
                in: reader.file.path)
        default:
            throw CheckpointError(
                .unsupported(
                    "it has GGUF version \(version), versions 2 and 3 are read",
                    remedy: "convert the model again with a current converter"),
                in: reader.file.path)
        }
    }

    private static func alignment(
        _ metadata: [String: GGUFValue], _ path: String
    ) throws(CheckpointError) -> Int {
        guard let value = metadata["general.alignment"] else { return alignmentDefault }
        guard let alignment = value.integerValue, alignment > 0, alignment <= alignmentMax,
            alignment.nonzeroBitCount == 1
        else {
            throw CheckpointError(
                .malformed(
                    "'general.alignment' is \(value), a power of two up to \(alignmentMax) "
                        + "was expected"), in: path)
        }
        return alignment
    }

    private static func entries(
        _ reader: inout GGUFReader, count: Int
    ) throws(CheckpointError) -> [GGUFPlacement.Entry] {
        var entries: [GGUFPlacement.Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            entries.append(try entry(&reader))
        }
        return entries
    }

    private static func entry(
        _ reader: inout GGUFReader
    ) throws(CheckpointError) -> GGUFPlacement.Entry {
        let path = reader.file.path
        let name = try reader.string("a tensor's name", bytesMax: GGUFReader.nameBytesMax)
        let rank: UInt32 = try reader.integer("the rank of tensor '\(name)'")
        guard rank <= GGUFReader.dimensionsMax else {
            throw CheckpointError(
                .malformedTensor(
                    tensor: name,
                    "has \(rank) dimensions, at most \(GGUFReader.dimensionsMax) are possible"),
                in: path)
        }
        var dimensions: [Int] = []
        for _ in 0..<rank {
            let stored: UInt64 = try reader.integer("the shape of tensor '\(name)'")
            dimensions.append(Int(exactly: stored) ?? -1)
        }
        let code: UInt32 = try reader.integer("the type of tensor '\(name)'")
        let offset: UInt64 = try reader.integer("the offset of tensor '\(name)'")
        guard let type = GGMLType(rawValue: code) else {
            throw CheckpointError(
                .unsupported(
                    "tensor '\(name)' has the unknown ggml type \(code)",
                    remedy: "quantize the model to a current type, for example Q8_0 or Q4_K"),
                in: path)
        }
        do {
            // GGUF lists the contiguous dimension first.
            let shape = try Shape(validating: dimensions.reversed())
            return GGUFPlacement.Entry(name: name, type: type, shape: shape, offset: offset)
        } catch {
            throw CheckpointError(
                .malformedTensor(tensor: name, "has a bad shape: \(error)"), in: path)
        }
    }
}
