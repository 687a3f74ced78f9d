/// A vector in memory that the backend keeps: a norm's gain, or biases.
@safe struct StoredVector {
    let base: UnsafePointer<Float>
    let count: Int
}

/// The memory of a stored vector.
@safe final class VectorMemory {
    private let values: UnsafeMutableBufferPointer<Float>

    init(_ numbers: [Float]) {
        unsafe values = .allocate(capacity: max(numbers.count, 1))
        _ = unsafe values.update(fromContentsOf: numbers)
    }

    deinit { unsafe values.deallocate() }

    /// Valid while this object lives.
    func stored(count: Int) -> StoredVector {
        guard let base = unsafe values.baseAddress else { preconditionFailure("empty") }
        return unsafe StoredVector(base: base, count: count)
    }
}
