/// The decision about a request, made when its head was read.
package enum Admission: Sendable {
    /// The request is answered now, and its body is not kept.
    case refused(HTTPResponse)
    /// The body is collected, then the whole request is served.
    case whole(BodyPolicy)
}
