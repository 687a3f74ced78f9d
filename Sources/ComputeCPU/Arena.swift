import Compute
import Memory

/// The memory of one forward pass. Tensors are taken in order and freed in reverse order.
///
/// An arena without memory measures: it hands out offsets and remembers the highest one.
@safe struct Arena {
    private let buffer: AlignedBuffer?
    /// The buffer's first byte. While the arena measures this is the address of nothing.
    private let base: UInt
    let bytes: Int
    private(set) var top = 0
    /// The most bytes that were ever taken at once.
    private(set) var peak = 0

    /// An arena that only measures.
    init() {
        buffer = nil
        bytes = 0
        base = UInt(AlignedBuffer.alignment)
    }

    init(bytes: Int) throws(MemoryError) {
        let buffer = try AlignedBuffer(count: max(bytes, AlignedBuffer.alignment))
        self.buffer = buffer
        self.bytes = buffer.count
        guard let start = unsafe buffer.bytes.baseAddress else {
            throw MemoryError("an empty arena")
        }
        base = UInt(bitPattern: start)
    }

    var isMeasuring: Bool { buffer == nil }

    /// Takes `[rows, columns]` elements of four bytes.
    mutating func take(_ rows: Int, _ columns: Int) -> Tensor {
        Tensor(offset: takeBytes(rows * columns * 4), rows: rows, columns: columns)
    }

    /// Takes `count` bytes and returns their offset, a multiple of 64.
    mutating func takeBytes(_ count: Int) -> Int {
        let offset = top
        top += (count + 63) / 64 * 64
        peak = max(peak, top)
        precondition(isMeasuring || top <= bytes, "a step needs \(top) bytes of \(bytes) reserved")
        return offset
    }

    mutating func release(to mark: Int) {
        top = mark
    }

    /// The address of `count` values from an offset on. While the arena measures it may be computed
    /// with, and not be read.
    func values<Value: BitwiseCopyable>(
        of type: Value.Type = Value.self, at offset: Int, count: Int
    ) -> UnsafeMutablePointer<Value> {
        precondition(
            isMeasuring || offset >= 0 && offset + count * MemoryLayout<Value>.size <= bytes,
            "outside the arena")
        guard
            let address = unsafe UnsafeMutablePointer<Value>(bitPattern: base + UInt(offset))
        else { preconditionFailure("no arena begins at zero") }
        return unsafe address
    }

    func rows(_ tensor: Tensor) -> Rows<Float> {
        unsafe Rows(
            base: values(at: tensor.offset, count: tensor.rows * tensor.columns),
            columns: tensor.columns)
    }

    func integers(_ tensor: Tensor) -> Rows<Int32> {
        unsafe Rows(
            base: values(at: tensor.offset, count: tensor.rows * tensor.columns),
            columns: tensor.columns)
    }
}

/// A tensor's numbers. Taken once an operation, so that its loops count no references.
@safe struct Rows<Value: BitwiseCopyable> {
    let base: UnsafeMutablePointer<Value>
    let columns: Int

    /// The first number of a row.
    subscript(row: Int) -> UnsafeMutablePointer<Value> { unsafe base + row * columns }
}
