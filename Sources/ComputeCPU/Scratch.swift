import Compute
import Memory

/// Memory of its own for each worker, for what one item of work needs. The backend keeps the buffer.
@safe struct Scratch {
    private let base: UnsafeMutableRawPointer
    let bytes: Int

    /// A router's scores and groups are the most that an item needs.
    static let workerBytes = 32 * MatrixLimits.routedExpertsMax

    init(_ buffer: AlignedBuffer) {
        guard let start = unsafe buffer.bytes.baseAddress else { preconditionFailure("empty") }
        unsafe base = start
        bytes = buffer.count
    }

    func values<Value: BitwiseCopyable>(of type: Value.Type, _ worker: Int)
        -> UnsafeMutablePointer<Value>
    {
        precondition((worker + 1) * Self.workerBytes <= bytes, "no such worker")
        return unsafe (base + worker * Self.workerBytes).assumingMemoryBound(to: type)
    }
}
