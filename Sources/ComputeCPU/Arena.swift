import Compute
import Memory

/// The memory of one forward pass. Tensors are taken in order and freed in reverse order.
///
/// An arena without memory measures: it hands out offsets and remembers the highest one.
@safe struct Arena {
    private let buffer: AlignedBuffer?
    private(set) var top = 0
    /// The most bytes that were ever taken at once.
    private(set) var peak = 0

    /// An arena that only measures.
    init() {
        buffer = nil
    }

    init(bytes: Int) throws(MemoryError) {
        buffer = try AlignedBuffer(count: bytes)
    }

    var isMeasuring: Bool { buffer == nil }
    var bytes: Int { buffer?.count ?? 0 }

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

    /// The address of an offset.
    func address(_ offset: Int) -> UnsafeMutableRawPointer {
        guard let buffer else { preconditionFailure("a measuring arena has no memory") }
        precondition(offset >= 0 && offset < buffer.count, "outside the arena")
        guard let base = unsafe buffer.bytes.baseAddress else { preconditionFailure("empty") }
        return unsafe base + offset
    }

    func floats(_ tensor: Tensor) -> UnsafeMutablePointer<Float> {
        unsafe address(tensor.offset).assumingMemoryBound(to: Float.self)
    }

    func ints(_ tensor: Tensor) -> UnsafeMutablePointer<Int32> {
        unsafe address(tensor.offset).assumingMemoryBound(to: Int32.self)
    }
}
