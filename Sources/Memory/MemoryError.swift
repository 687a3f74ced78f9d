import Glibc

/// What is wrong with a file, a buffer or a shape, as a sentence for people.
package struct MemoryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The whole sentence.
    package let message: String

    /// An error that says `message`.
    package init(_ message: String) {
        self.message = message
    }

    /// An error of the operating system: what was tried, and what `code` (an `errno`) means.
    package init(_ action: String, code: Int32) {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        message = "\(action): \(reason)"
    }

    package var description: String { message }
}
