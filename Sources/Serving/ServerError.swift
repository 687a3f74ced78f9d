import Logging

/// Why a server did not start: a sentence for the operator.
package struct ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
    /// The command line is at fault rather than the world.
    package let isUsage: Bool

    package init(_ description: String, isUsage: Bool = false) {
        self.description = description
        self.isUsage = isUsage
    }
}
