import Memory

/// Reads a GGUF file from front to back. Every read first checks what is left of the file.
struct GGUFReader {
    /// The deepest nesting of arrays.
    static let arrayDepthMax = 4

    /// ggml's tensors have at most four dimensions (ggml.h, `GGML_MAX_DIMS`).
    static let dimensionsMax = 4

    /// The longest key or name; a longer one means a damaged file.
    static let nameBytesMax = 65_535

    /// The most bytes of metadata and the list of tensors. Large vocabularies have some 20 MB, and
    /// take several times as much memory when they are read.
    static let headerBytesMax = 256 << 20

    let file: MappedFile
    private(set) var position = 0

    /// Where reading must end.
    private let end: Int

    init(_ file: MappedFile) {
        self.file = file
        end = min(file.count, Self.headerBytesMax)
    }

    var remaining: Int { end - position }

    /// The next number, little-endian.
    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ what: @autoclosure () -> String
    ) throws(CheckpointError) -> Value {
        let start = try advance(by: MemoryLayout<Value>.size, what())
        return file.withBytes { bytes in
            // SAFETY: `advance` checked the range; any bits are an integer.
            unsafe Value(
                littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: Value.self))
        }
    }

    /// A count of items, each of which takes at least `itemBytesMin` bytes. A count larger than the
    /// file could hold is refused before memory is allocated for it.
    mutating func count(
        of what: @autoclosure () -> String, itemBytesMin: Int
    ) throws(CheckpointError) -> Int {
        let stored: UInt64 = try integer("the number of \(what())")
        guard let count = Int(exactly: stored), count <= remaining / itemBytesMin else {
            throw CheckpointError(
                .malformed(
                    "it claims \(stored) \(what()), the \(remaining) bytes left hold at most "
                        + "\(remaining / itemBytesMin)"),
                in: file.path)
        }
        return count
    }

    /// A length and as many bytes of UTF-8.
    mutating func string(
        _ what: @autoclosure () -> String, bytesMax: Int = .max
    ) throws(CheckpointError) -> String {
        let stored: UInt64 = try integer("the length of \(what())")
        guard stored <= UInt64(bytesMax), stored <= UInt64(remaining) else {
            throw CheckpointError(
                .truncated(
                    what: what(), expected: Int(clamping: stored),
                    found: min(bytesMax, remaining)),
                in: file.path)
        }
        let start = try advance(by: Int(stored), what())
        defer { extendLifetime(file) }
        // SAFETY: `advance` checked the range, and `file` lives past the read.
        let text = unsafe String(
            validating: file.bytes[start..<start + Int(stored)], as: UTF8.self)
        guard let text else {
            throw CheckpointError(
                .malformed("\(what()), at byte \(start), is not UTF-8"), in: file.path)
        }
        return text
    }

    /// A value of the type that `code` names (gguf.h, `enum gguf_type`).
    mutating func value(
        ofType code: UInt32, _ key: String
    ) throws(CheckpointError) -> GGUFValue {
        switch code {
        case 0: return .uint8(try integer(key))
        case 1: return .int8(try integer(key))
        case 2: return .uint16(try integer(key))
        case 3: return .int16(try integer(key))
        case 4: return .uint32(try integer(key))
        case 5: return .int32(try integer(key))
        case 6: return .float32(Float(bitPattern: try integer(key)))
        case 7: return .bool(try bool(key))
        case 8: return .string(try string("metadata '\(key)'"))
        case 9: return .array(try array(key, depth: 1))
        case 10: return .uint64(try integer(key))
        case 11: return .int64(try integer(key))
        case 12: return .float64(Double(bitPattern: try integer(key)))
        default: throw unknownType(code, key)
        }
    }

    private mutating func array(_ key: String, depth: Int) throws(CheckpointError) -> GGUFArray {
        let code: UInt32 = try integer("the element type of metadata '\(key)'")
        switch code {
        case 0: return .uint8(try numbers(key))
        case 1: return .int8(try numbers(key))
        case 2: return .uint16(try numbers(key))
        case 3: return .int16(try numbers(key))
        case 4: return .uint32(try numbers(key))
        case 5: return .int32(try numbers(key))
        case 6: return .float32(try numbers(key).map { Float(bitPattern: $0) })
        case 7:
            return .bool(
                try elements(key, bytesMin: 1) { reader throws(CheckpointError) in
                    try reader.bool(key)
                })
        case 8:
            return .string(
                try elements(key, bytesMin: 8) { reader throws(CheckpointError) in
                    try reader.string("a string of metadata '\(key)'")
                })
        case 9:
            guard depth < Self.arrayDepthMax else {
                throw CheckpointError(
                    .malformed(
                        "metadata '\(key)' nests arrays deeper than \(Self.arrayDepthMax)"),
                    in: file.path)
            }
            return .array(
                try elements(key, bytesMin: 12) { reader throws(CheckpointError) in
                    try reader.array(key, depth: depth + 1)
                })
        case 10: return .uint64(try numbers(key))
        case 11: return .int64(try numbers(key))
        case 12: return .float64(try numbers(key).map { Double(bitPattern: $0) })
        default: throw unknownType(code, key)
        }
    }

    /// The numbers of an array, copied as a whole.
    private mutating func numbers<Value: FixedWidthInteger & BitwiseCopyable>(
        _ key: String
    ) throws(CheckpointError) -> [Value] {
        let size = MemoryLayout<Value>.size
        let count = try count(of: "numbers in metadata '\(key)'", itemBytesMin: size)
        let start = try advance(by: count * size, key)
        defer { extendLifetime(file) }
        var values = [Value](repeating: 0, count: count)
        unsafe values.withUnsafeMutableBytes { target in
            // SAFETY: `advance` checked the range; it is as long as the array.
            unsafe target.copyBytes(from: file.bytes[start..<start + count * size])
        }
        return Value(littleEndian: 1) == 1 ? values : values.map { Value(littleEndian: $0) }
    }

    private mutating func elements<Value>(
        _ key: String, bytesMin: Int,
        _ read: (inout GGUFReader) throws(CheckpointError) -> Value
    ) throws(CheckpointError) -> [Value] {
        let count = try count(of: "elements in metadata '\(key)'", itemBytesMin: bytesMin)
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            values.append(try read(&self))
        }
        return values
    }

    private mutating func bool(_ key: String) throws(CheckpointError) -> Bool {
        let stored: UInt8 = try integer("metadata '\(key)'")
        guard stored <= 1 else {
            throw CheckpointError(
                .malformed("metadata '\(key)' is a boolean of value \(stored)"), in: file.path)
        }
        return stored == 1
    }

    private func unknownType(_ code: UInt32, _ key: String) -> CheckpointError {
        CheckpointError(
            .malformed("metadata '\(key)' has the unknown value type \(code)"), in: file.path)
    }

    /// Skips `count` bytes, which must be there, and returns where they start.
    private mutating func advance(
        by count: Int, _ what: @autoclosure () -> String
    ) throws(CheckpointError) -> Int {
        guard count <= remaining else {
            throw CheckpointError(
                .truncated(what: what(), expected: count, found: remaining), in: file.path)
        }
        defer { position += count }
        return position
    }
}
