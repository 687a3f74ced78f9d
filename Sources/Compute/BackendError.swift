/// Why a backend could not be set up, as a sentence for the operator.
package struct BackendError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
