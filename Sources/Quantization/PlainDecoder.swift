import Memory

/// Converts runs of plain numbers to floats: exactly if a `Float` can hold them, else rounded half
/// to even.
enum PlainDecoder {
    /// Decodes `count` numbers from `source`, which may be misaligned.
    static func decode(
        _ dtype: DType, _ source: UnsafeRawPointer, _ count: Int,
        _ target: UnsafeMutablePointer<Float>
    ) {
        // SAFETY: the caller has checked that both sides hold `count` numbers.
        let bytes = unsafe BlockBytes(source, count: count * dtype.byteCount)
        let output = unsafe BlockOutput(target, count: count)
        switch dtype {
        case .f32:
            for index in 0..<count { output[index] = Float(bitPattern: bytes.load(index * 4)) }
        case .f16:
            for index in 0..<count {
                output[index] = NumberFormats.float(f16: bytes.load(index * 2))
            }
        case .bf16:
            for index in 0..<count {
                output[index] = NumberFormats.float(bf16: bytes.load(index * 2))
            }
        case .f64:
            for index in 0..<count {
                output[index] = Float(Double(bitPattern: bytes.load(index * 8)))
            }
        case .f8e4m3:
            for index in 0..<count { output[index] = NumberFormats.float(e4m3: bytes[index]) }
        case .f8e5m2:
            for index in 0..<count { output[index] = NumberFormats.float(e5m2: bytes[index]) }
        case .i8: integers(Int8.self, bytes, count, output)
        case .i16: integers(Int16.self, bytes, count, output)
        case .i32: integers(Int32.self, bytes, count, output)
        case .i64: integers(Int64.self, bytes, count, output)
        case .u8: integers(UInt8.self, bytes, count, output)
        case .u16: integers(UInt16.self, bytes, count, output)
        case .u32: integers(UInt32.self, bytes, count, output)
        case .u64: integers(UInt64.self, bytes, count, output)
        case .bool:
            for index in 0..<count { output[index] = bytes[index] == 0 ? 0 : 1 }
        }
    }

    @inline(__always)
    private static func integers<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type, _ bytes: BlockBytes, _ count: Int, _ output: BlockOutput
    ) {
        for index in 0..<count {
            output[index] = Float(bytes.load(index * MemoryLayout<Value>.size, as: type))
        }
    }
}
