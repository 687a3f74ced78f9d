import Glibc

/// A thread could not be started or pinned.
package struct ThreadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried: "start thread 'engine'".
    package let operation: String
    /// The `errno` value.
    package let code: Int32

    package var description: String {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return "cannot \(operation): \(reason)"
    }
}
