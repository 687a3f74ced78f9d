import Memory

/// Where the tensors of a GGUF file lie. Checks that each is aligned, is inside the file, and does
/// not overlap others.
struct GGUFPlacement {
    struct Entry {
        let name: String
        let type: GGMLType
        let shape: Shape
        /// Bytes from the start of the data part.
        let offset: UInt64
    }

    /// By offset.
    let tensors: [StoredTensor]
    let byName: [String: StoredTensor]

    /// `dataStart` is where the tensor list ends; the data part starts at the next multiple of
    /// `alignment`.
    init(
        _ entries: [Entry], dataStart: Int, alignment: Int, _ file: MappedFile
    ) throws(CheckpointError) {
        // Neither overflows: a file's length is far below `Int.max`, and the alignment is bounded.
        let start = (dataStart + alignment - 1) & ~(alignment - 1)
        var tensors: [StoredTensor] = []
        var byName: [String: StoredTensor] = [:]
        tensors.reserveCapacity(entries.count)
        byName.reserveCapacity(entries.count)
        for entry in entries {
            let tensor = try Self.place(entry, start: start, alignment, file)
            tensors.append(tensor)
            guard byName.updateValue(tensor, forKey: entry.name) == nil else {
                throw CheckpointError(
                    .malformedTensor(tensor: entry.name, "occurs twice"), in: file.path)
            }
        }
        let order = tensors.indices.sorted {
            (tensors[$0].offset, tensors[$0].byteCount, $0)
                < (tensors[$1].offset, tensors[$1].byteCount, $1)
        }
        self.tensors = order.map { tensors[$0] }
        self.byName = byName
        try checkApart()
    }

    private static func place(
        _ entry: Entry, start: Int, _ alignment: Int, _ file: MappedFile
    ) throws(CheckpointError) -> StoredTensor {
        let format = entry.type.dtype.map { StorageFormat.plain($0) } ?? .ggml(entry.type)
        guard let rowBytes = format.rowBytes(columns: entry.shape.columns) else {
            throw CheckpointError(
                .malformedTensor(
                    tensor: entry.name,
                    "has rows of \(entry.shape.columns) elements, \(entry.type) comes in blocks "
                        + "of \(entry.type.blockElements)"), in: file.path)
        }
        guard entry.offset % UInt64(alignment) == 0 else {
            throw CheckpointError(
                .malformedTensor(
                    tensor: entry.name,
                    "starts at byte \(entry.offset) of the data, which is no multiple of the "
                        + "alignment \(alignment)"), in: file.path)
        }
        let byteCount = entry.shape.rows * rowBytes
        let dataBytes = max(0, file.count - start)
        guard entry.offset <= UInt64(dataBytes), byteCount <= dataBytes - Int(entry.offset) else {
            let left = entry.offset <= UInt64(dataBytes) ? dataBytes - Int(entry.offset) : 0
            throw CheckpointError(
                .truncated(what: "tensor '\(entry.name)'", expected: byteCount, found: left),
                in: file.path)
        }
        // An empty tensor's offset may be beyond the file's end, since the file need not be padded
        // there.
        let offset = byteCount == 0 ? min(start, file.count) : start + Int(entry.offset)
        return StoredTensor(
            name: entry.name, format: format, shape: entry.shape, file: file, offset: offset)
    }

    private func checkApart() throws(CheckpointError) {
        var previous: StoredTensor?
        for tensor in tensors where tensor.byteCount > 0 {
            if let previous, tensor.offset < previous.offset + previous.byteCount {
                throw CheckpointError(
                    .malformedTensor(
                        tensor: tensor.name,
                        "overlaps tensor '\(previous.name)' at byte \(tensor.offset)"),
                    in: tensor.file.path)
            }
            previous = tensor
        }
    }
}
