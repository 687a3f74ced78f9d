/// Sends a method's stream of responses to the client. Codec and framing are the conforming type's.
/// Used on the call's I/O thread.
package protocol StreamReply: AnyObject {
    /// Sends a message; nothing is sent before the first, so that an earlier failure has its status.
    /// - bytes: how long the message will be, about; long ones are written on another thread.
    func send(_ message: some ProtoMessage & Sendable, bytes: Int)
    func finish()
    /// Ends the stream, begun or not.
    func fail(_ error: APIError)
}
