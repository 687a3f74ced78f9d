/// A small tensor in memory, for tests to compare and commands to write. `bytes` are little-endian
/// and row-major; their number is exactly what `shape` and `dtype` need.
package struct HostTensor: Sendable, Equatable {
    package let dtype: DType
    package let shape: Shape
    package let bytes: [UInt8]

    /// A tensor from its bytes. Throws if their number is not what `dtype` and `shape` need.
    package init(dtype: DType, shape: Shape, bytes: [UInt8]) throws(MemoryError) {
        let needed = shape.elementCount * dtype.byteCount
        guard bytes.count == needed else {
            throw MemoryError("\(dtype) \(shape) takes \(needed) bytes, there are \(bytes.count)")
        }
        self.dtype = dtype
        self.shape = shape
        self.bytes = bytes
    }

    /// An F32 tensor; as many `floats` as `shape` has elements.
    package init(floats: [Float], shape: Shape) {
        precondition(floats.count == shape.elementCount, "\(floats.count) values for \(shape)")
        dtype = .f32
        self.shape = shape
        bytes = unsafe floats.withUnsafeBytes { unsafe Array($0) }
    }

    /// An I32 tensor; as many `int32` as `shape` has elements.
    package init(int32: [Int32], shape: Shape) {
        precondition(int32.count == shape.elementCount, "\(int32.count) values for \(shape)")
        dtype = .i32
        self.shape = shape
        bytes = unsafe int32.withUnsafeBytes { unsafe Array($0) }
    }

    /// An I8 tensor; as many `int8` as `shape` has elements.
    package init(int8: [Int8], shape: Shape) {
        precondition(int8.count == shape.elementCount, "\(int8.count) values for \(shape)")
        dtype = .i8
        self.shape = shape
        bytes = int8.map { UInt8(bitPattern: $0) }
    }

    /// The values of an F32 tensor; traps for another type.
    package func floats() -> [Float] {
        precondition(dtype == .f32, "floats of a tensor of \(dtype)")
        var values = [Float](repeating: 0, count: shape.elementCount)
        // SAFETY: `init` ensured that both hold the same number of bytes.
        unsafe values.withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
        return values
    }
}
