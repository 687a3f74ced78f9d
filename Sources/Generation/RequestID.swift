import Synchronization

/// Names one request; unique in the process.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// An id that no other call in this process returns. Any thread.
    package static func next() -> RequestID {
        // Relaxed: only uniqueness matters, nothing is published by it.
        RequestID(rawValue: lastID.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    package var description: String { "request-\(rawValue)" }
}

private let lastID = Atomic<UInt64>(0)
