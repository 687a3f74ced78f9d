/// Sends a method's single response to the client. The codec is the conforming type's. Used on the
/// call's I/O thread.
package protocol UnaryReply: AnyObject {
    /// Sends the response; `encoded` is the message as the codec has written it.
    func answer(encoded: [UInt8])
    func fail(_ error: APIError)
}
