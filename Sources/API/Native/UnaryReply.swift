/// Where a method's single answer goes, in some codec. Used on the call's I/O thread.
package protocol UnaryReply: AnyObject {
    /// Answers with a message that the method's codec has written.
    func answer(encoded: [UInt8])
    func fail(_ error: APIError)
}
