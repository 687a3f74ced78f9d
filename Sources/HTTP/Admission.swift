/// What becomes of a request whose head was read.
package enum Admission: Sendable {
    /// Answered now; nothing of its body is kept.
    case refused(HTTPResponse)
    /// Its body is gathered and then served as a whole.
    case whole(BodyPolicy)
}
