/// Why a model cannot be run, as a sentence for the operator.
package struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
