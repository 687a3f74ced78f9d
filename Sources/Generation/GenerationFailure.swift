/// Why an accepted request could not be served. Nothing follows it.
package struct GenerationFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The model's numbers were not finite.
        case numerical
        /// The request's deadline passed, or could no longer be met.
        case deadlineExceeded
        /// The client did not read its tokens for too long.
        case stalledReader
        /// The server is stopping.
        case unavailable
        /// The engine refused the request after its front end had handed it over.
        case rejected(Rejection)
        /// A fault of the server.
        case `internal`
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// A rejection that came late; clients are told the same as if it had come at once.
    package init(_ rejection: Rejection) {
        self.init(.rejected(rejection), rejection.description)
    }

    package var description: String { message }
}
