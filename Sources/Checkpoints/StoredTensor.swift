package import Memory

/// A tensor in its file. The code that makes one has checked that its bytes are inside the file and
/// as many as `format` and `shape` take. Bytes may be misaligned for their type.
package struct StoredTensor: Sendable {
    /// The name in its file.
    package let name: String

    /// How its elements are laid out.
    package let format: StorageFormat

    /// Row-major, outermost dimension first (the reverse of GGUF's order).
    package let shape: Shape

    /// Its file, which this keeps mapped.
    package let file: MappedFile

    /// Bytes from the start of the file.
    package let offset: Int

    /// Bytes of all rows.
    package let byteCount: Int

    /// A tensor at `offset` of `file`. A range outside the file, or a byte count that does not
    /// match format and shape, is the caller's mistake and traps.
    package init(
        name: String, format: StorageFormat, shape: Shape, file: MappedFile, offset: Int
    ) {
        let rowBytes = format.rowBytes(columns: shape.columns)
        precondition(rowBytes != nil, "\(name): \(shape) does not fill blocks of \(format)")
        let byteCount = shape.rows * (rowBytes ?? 0)
        precondition(
            offset >= 0 && offset <= file.count && byteCount <= file.count - offset,
            "\(name) lies outside its file")
        self.name = name
        self.format = format
        self.shape = shape
        self.file = file
        self.offset = offset
        self.byteCount = byteCount
    }

    /// Bytes of one row (`shape.columns` elements).
    package var rowBytes: Int { format.rowBytes(columns: shape.columns) ?? 0 }

    /// The tensor's bytes. Valid only while `file` lives; the caller must ensure that it does.
    @unsafe package var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + byteCount])
    }

    /// Calls `body` with the tensor's bytes.
    package func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = offset..<offset + byteCount
        return try file.withBytes { (whole: RawSpan) throws(Failure) in
            try body(whole.extracting(range))
        }
    }

    /// Tells the kernel how the tensor's pages will be used.
    package func advise(_ advice: MappedFile.Advice) {
        file.advise(advice, offset..<offset + byteCount)
    }
}
