/// One request's way back to its client. Used on its I/O thread only, hence not `Sendable`.
///
/// An answer is either `respond`, once, or `start`, any number of `write`s and `finish`. After the
/// end, and after the client went away, calls do nothing.
package protocol Exchange: AnyObject {
    var port: any LoopPort { get }
    /// False once the answer is finished or the client went away.
    var isOpen: Bool { get }
    /// Sends a whole answer with its length.
    func respond(_ response: HTTPResponse)
    /// Begins a streaming answer: chunked on HTTP/1.1, DATA frames on HTTP/2.
    func start(status: Int, headers: HTTPHeaders)
    /// Adds to a streaming answer. The transport coalesces what one loop tick writes.
    func write(_ bytes: [UInt8])
    /// Ends a streaming answer.
    func finish(trailers: HTTPHeaders?)
    /// Bytes written and not yet taken by the socket.
    var bufferedBytes: Int { get }
    /// Called once if the client goes away, or is cut off, before the answer is finished; a `write`
    /// that passes the transport's limit calls it before it returns.
    var onCancel: (() -> Void)? { get set }
    /// Called when `bufferedBytes` falls to zero after it was over the high-water mark.
    var onDrain: (() -> Void)? { get set }
}
