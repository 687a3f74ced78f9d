import JSON
import Memory

/// The decoded header of a safetensors file. Its entries are in file order and cover the bytes from
/// `dataStart` to the end of the file exactly.
struct SafetensorsHeader {
    struct Entry {
        let name: String
        let dtype: DType
        let shape: Shape
        /// Bytes from the start of the data part.
        let begin: Int
        let end: Int
    }

    /// Bytes of the length field in front of the header.
    static let lengthBytes = 8
    static let metadataKey = "__metadata__"

    let dataStart: Int
    let metadata: [String: String]
    let entries: [Entry]

    init(of file: MappedFile) throws(CheckpointError) {
        let length = try Self.headerLength(of: file)
        dataStart = Self.lengthBytes + length
        let root = try Self.parse(file, length)
        var metadata: [String: String] = [:]
        var entries: [Entry] = []
        entries.reserveCapacity(root.count)
        for (name, value) in root {
            if name == Self.metadataKey {
                metadata = try Self.metadata(value, file.path)
            } else {
                entries.append(try Self.entry(name, value, file.path))
            }
        }
        // The sort keeps the header's order of empty tensors, which have the same offset.
        let order = entries.indices.sorted {
            let (left, right) = (entries[$0], entries[$1])
            return (left.begin, left.end, $0) < (right.begin, right.end, $1)
        }
        self.metadata = metadata
        self.entries = order.map { entries[$0] }
        try checkTiling(of: file)
    }

    private static func headerLength(of file: MappedFile) throws(CheckpointError) -> Int {
        guard file.count >= lengthBytes else {
            throw CheckpointError(
                .truncated(what: "the header's length", expected: lengthBytes, found: file.count),
                in: file.path)
        }
        let stored = file.withBytes { bytes in
            // SAFETY: the file has eight bytes; any of their values is a `UInt64`.
            unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(as: UInt64.self))
        }
        guard stored <= UInt64(SafetensorsFile.headerBytesMax) else {
            throw CheckpointError(
                .malformed("the header's length is \(stored), which no safetensors file has"),
                in: file.path)
        }
        let length = Int(stored)
        guard length <= file.count - lengthBytes else {
            throw CheckpointError(
                .truncated(what: "the header", expected: length, found: file.count - lengthBytes),
                in: file.path)
        }
        return length
    }

    private static func parse(
        _ file: MappedFile, _ length: Int
    ) throws(CheckpointError) -> JSONObject {
        let limits = JSONLimits(bytesMax: SafetensorsFile.headerBytesMax, depthMax: 8)
        let value: JSONValue
        do {
            // SAFETY: `headerLength` checked that the header lies in the file; `file` lives on.
            let bytes = unsafe UnsafeRawBufferPointer(
                rebasing: file.bytes[lengthBytes..<lengthBytes + length])
            defer { extendLifetime(file) }
            let text = unsafe bytes.assumingMemoryBound(to: UInt8.self)
            value = try unsafe JSONParser.parse(text.span, limits: limits)
            try unsafe checkUnique(text.span, in: value, file.path)
        } catch let error as JSONError {
            throw CheckpointError(.malformed("the header is not JSON (\(error))"), in: file.path)
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(.malformed("the header: \(error)"), in: file.path)
        }
        guard let root = value.objectValue else {
            throw CheckpointError(.malformed("the header is not a JSON object"), in: file.path)
        }
        return root
    }

    /// The parser keeps the last of equal keys, but here a second one is an error. `text` is valid
    /// JSON, so each colon outside of strings and inner brackets is a member of the outer object.
    private static func checkUnique(
        _ text: Span<UInt8>, in value: JSONValue, _ path: String
    ) throws(CheckpointError) {
        var (depth, members) = (0, 0)
        var (inString, escaped) = (false, false)
        for index in text.indices {
            let byte = text[index]
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ":") where depth == 1: members += 1
            default: break
            }
        }
        let distinct = value.objectValue?.count ?? members
        guard members == distinct else {
            throw CheckpointError(
                .malformed("the header has \(members) entries but only \(distinct) names"),
                in: path)
        }
    }

    private static func metadata(
        _ value: JSONValue, _ path: String
    ) throws(CheckpointError) -> [String: String] {
        guard let object = value.objectValue else {
            throw CheckpointError(.malformed("'\(metadataKey)' is not an object"), in: path)
        }
        var metadata: [String: String] = [:]
        for (key, value) in object {
            guard let text = value.stringValue else {
                throw CheckpointError(
                    .malformed("'\(metadataKey)' has a value for '\(key)' that is not a string"),
                    in: path)
            }
            metadata[key] = text
        }
        return metadata
    }

    private static func entry(
        _ name: String, _ value: JSONValue, _ path: String
    ) throws(CheckpointError) -> Entry {
        guard let dtypeName = value["dtype"]?.stringValue else {
            throw malformed(name, "has no 'dtype'", path)
        }
        guard let dtype = DType(safetensorsName: dtypeName) else {
            throw CheckpointError(
                .unsupported(
                    "tensor '\(name)' has elements of type \(dtypeName)",
                    remedy: "store it as one of "
                        + DType.allCases.map(\.safetensorsName).joined(separator: ", ")),
                in: path)
        }
        guard let dimensions = integers(value["shape"]) else {
            throw malformed(name, "has no 'shape' of whole numbers", path)
        }
        let shape: Shape
        do {
            shape = try Shape(validating: dimensions)
        } catch {
            throw malformed(name, "has a bad shape: \(error)", path)
        }
        guard let offsets = integers(value["data_offsets"]), offsets.count == 2 else {
            throw malformed(name, "has no 'data_offsets' of two whole numbers", path)
        }
        let (begin, end) = (offsets[0], offsets[1])
        guard begin >= 0, end >= begin else {
            throw malformed(name, "has data offsets \(begin)..<\(end)", path)
        }
        let needed = shape.elementCount * dtype.byteCount
        guard end - begin == needed else {
            throw malformed(
                name, "is \(dtype) \(shape), which takes \(needed) bytes, but has \(end - begin)",
                path)
        }
        return Entry(name: name, dtype: dtype, shape: shape, begin: begin, end: end)
    }

    /// The integers of a JSON array; nil if it is not an array or has other elements.
    private static func integers(_ value: JSONValue?) -> [Int]? {
        guard let array = value?.arrayValue else { return nil }
        var integers: [Int] = []
        integers.reserveCapacity(array.count)
        for element in array {
            guard case .integer(let number) = element else { return nil }
            integers.append(Int(number))
        }
        return integers
    }

    private static func malformed(
        _ tensor: String, _ what: String, _ path: String
    ) -> CheckpointError {
        CheckpointError(.malformedTensor(tensor: tensor, what), in: path)
    }

    /// The entries, in order, must cover the data part exactly.
    private func checkTiling(of file: MappedFile) throws(CheckpointError) {
        let dataBytes = file.count - dataStart
        var reached = 0
        var previous = ""
        for entry in entries {
            guard entry.end <= dataBytes else {
                throw CheckpointError(
                    .truncated(
                        what: "tensor '\(entry.name)'", expected: entry.end - entry.begin,
                        found: max(0, dataBytes - entry.begin)),
                    in: file.path)
            }
            guard entry.begin >= reached else {
                throw Self.malformed(
                    entry.name,
                    "starts at byte \(entry.begin) of the data, inside tensor '\(previous)', "
                        + "which ends at \(reached)", file.path)
            }
            guard entry.begin == reached else {
                throw Self.malformed(
                    entry.name,
                    "starts at byte \(entry.begin) of the data, \(reached) was expected",
                    file.path)
            }
            reached = entry.end
            previous = entry.name
        }
        guard reached == dataBytes else {
            throw CheckpointError(
                .malformed("\(dataBytes - reached) bytes behind the last tensor belong to none"),
                in: file.path)
        }
    }
}
