/// The bytes of one block (or of a run of numbers) while it is decoded. The code that makes it has
/// checked that the bytes exist. Indices are checked in debug builds only, since decoding is the
/// slow part of loading.
@safe struct BlockBytes {
    private let base: UnsafeRawPointer
    private let count: Int

    @inline(__always)
    init(_ base: UnsafeRawPointer, count: Int) {
        unsafe self.base = unsafe base
        self.count = count
    }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count, "byte \(index) of a block of \(count)")
        // SAFETY: inside the block, see the type.
        return unsafe base.load(fromByteOffset: index, as: UInt8.self)
    }

    /// The number at byte `offset`, little-endian, whatever its alignment.
    @inline(__always)
    func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int, as type: Value.Type = Value.self
    ) -> Value {
        assert(offset >= 0 && offset + MemoryLayout<Value>.size <= count, "behind the block")
        // SAFETY: inside the block, see the type; any bits are an integer.
        return Value(littleEndian: unsafe base.loadUnaligned(fromByteOffset: offset, as: type))
    }

    /// The binary16 at byte `offset`.
    @inline(__always)
    func half(_ offset: Int) -> Float { NumberFormats.float(f16: load(offset)) }
}

/// Where the numbers of one block are written. It is made and checked like `BlockBytes`.
@safe struct BlockOutput {
    private let base: UnsafeMutablePointer<Float>
    private let count: Int

    @inline(__always)
    init(_ base: UnsafeMutablePointer<Float>, count: Int) {
        unsafe self.base = unsafe base
        self.count = count
    }

    @inline(__always)
    subscript(index: Int) -> Float {
        get {
            assert(index >= 0 && index < count, "number \(index) of a block of \(count)")
            return unsafe base[index]  // SAFETY: inside the block, see the type.
        }
        nonmutating set {
            assert(index >= 0 && index < count, "number \(index) of a block of \(count)")
            unsafe base[index] = newValue  // SAFETY: inside the block, see the type.
        }
    }
}
