/// Handles requests, beginning with their heads.
package protocol RequestHandler: Sendable {
    /// Called on the connection's I/O thread when a request's head was read, before `100 Continue`
    /// is sent and before any of the body is kept. Must not block.
    func admit(_ head: RequestHead) -> Admission
}
