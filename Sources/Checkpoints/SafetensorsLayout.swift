import JSON
package import Memory

/// The layout of a safetensors file that will be written: its header, and the place of each tensor.
package struct SafetensorsLayout: Sendable {
    /// A tensor to be written.
    package struct Entry: Sendable {
        package let name: String
        package let dtype: DType
        package let shape: Shape

        /// A tensor `name` of this type and shape.
        package init(name: String, dtype: DType, shape: Shape) {
            self.name = name
            self.dtype = dtype
            self.shape = shape
        }
    }

    /// A tensor's place: bytes from the start of the file.
    package struct Place: Sendable {
        package let name: String
        package let offset: Int
        package let byteCount: Int

        var end: Int { offset + byteCount }
    }

    /// The length field and the JSON header, padded with blanks.
    package let header: [UInt8]

    /// The tensors' places in file order, without fillers.
    package let places: [Place]

    /// Bytes of the whole file.
    package let fileBytes: Int

    /// Lays `entries` out in their order. With `alignment` (a power of two) above 8 every tensor
    /// starts at a multiple of it from the start of the file. Fillers named
    /// `SafetensorsFile.paddingPrefix` + number are put between tensors for that; `SafetensorsFile`
    /// hides them. Throws if names repeat or are reserved; `path` is for the message.
    package init(
        _ entries: [Entry], metadata: [String: String] = [:], alignment: Int = 8, path: String
    ) throws(CheckpointError) {
        precondition(alignment >= 8 && alignment.nonzeroBitCount == 1, "alignment \(alignment)")
        try Self.checkNames(entries, path)
        let aligns = alignment > 8
        var members: [(String, JSONValue)] = []
        if !metadata.isEmpty {
            let sorted = metadata.sorted { $0.key < $1.key }
            let values = sorted.map { ($0.key, JSONValue.string($0.value)) }
            members.append((SafetensorsHeader.metadataKey, .object(JSONObject(values))))
        }
        var places: [Place] = []
        var end = 0
        for entry in entries {
            let (padding, byteCount) = (-end & (alignment - 1), Self.byteCount(entry))
            if aligns, padding > 0 {
                let filler = Entry(
                    name: "\(SafetensorsFile.paddingPrefix)\(places.count)", dtype: .u8,
                    shape: [padding])
                members.append((filler.name, Self.member(filler, at: end)))
                end += padding
            }
            members.append((entry.name, Self.member(entry, at: end)))
            places.append(Place(name: entry.name, offset: end, byteCount: byteCount))
            end += byteCount  // our own sizes: a sum beyond `Int` is a mistake and traps
        }
        let header = Self.header(.object(JSONObject(members)), alignment)
        guard header.count <= SafetensorsFile.headerBytesMax else {
            throw CheckpointError(
                .unsupported(
                    "a header of \(header.count) bytes", remedy: "write fewer tensors to a file"),
                in: path)
        }
        self.header = header
        self.places = places.map {
            Place(name: $0.name, offset: header.count + $0.offset, byteCount: $0.byteCount)
        }
        fileBytes = header.count + end
    }

    private static func checkNames(_ entries: [Entry], _ path: String) throws(CheckpointError) {
        var seen: Set<String> = []
        for entry in entries {
            let reserved =
                entry.name == SafetensorsHeader.metadataKey
                || entry.name.hasPrefix(SafetensorsFile.paddingPrefix)
            guard !reserved, seen.insert(entry.name).inserted else {
                throw CheckpointError(
                    .unsupported(
                        "tensor name '\(entry.name)' is reserved or occurs twice",
                        remedy: "give every tensor a name of its own"), in: path)
            }
        }
    }

    private static func byteCount(_ entry: Entry) -> Int {
        entry.shape.elementCount * entry.dtype.byteCount
    }

    private static func member(_ entry: Entry, at begin: Int) -> JSONValue {
        let shape = entry.shape.map { JSONValue.integer(Int64($0)) }
        let end = begin + byteCount(entry)
        let offsets = [begin, end].map { JSONValue.integer(Int64($0)) }
        var object = JSONObject()
        object["dtype"] = .string(entry.dtype.safetensorsName)
        object["shape"] = .array(shape)
        object["data_offsets"] = .array(offsets)
        return .object(object)
    }

    /// The header's bytes, with blanks after the JSON so that the data part is aligned.
    private static func header(_ json: JSONValue, _ alignment: Int) -> [UInt8] {
        let text = JSONWriter.bytes(json)
        let end = SafetensorsHeader.lengthBytes + text.count
        let padding = -end & (alignment - 1)
        var header: [UInt8] = []
        header.reserveCapacity(end + padding)
        let length = UInt64(text.count + padding)
        for shift in stride(from: 0, to: 64, by: 8) {
            header.append(UInt8(truncatingIfNeeded: length >> UInt64(shift)))
        }
        header += text
        header += repeatElement(UInt8(ascii: " "), count: padding)
        return header
    }
}
