/// Sends the response to one request. Used on its I/O thread only, hence not `Sendable`.
///
/// A response is either one call of `respond`, or `start`, any number of `write`s, and `finish`.
/// After its end, and after the client has left, calls do nothing.
package protocol Exchange: AnyObject {
    var port: any LoopPort { get }
    /// False when the response is finished or the client has left.
    var isOpen: Bool { get }
    /// Headers that the response's head has besides its own.
    var addedHeaders: HTTPHeaders { get set }
    /// What the log will say of the request; a response's own notes are added.
    var notes: AnswerNotes { get set }
    /// Sends a whole response, with its length.
    func respond(_ response: HTTPResponse)
    /// Begins a streamed response: chunks on HTTP/1.1, DATA frames on HTTP/2.
    func start(status: Int, headers: HTTPHeaders)
    /// Adds to a streamed response. The transport sends all that is written in one turn of the loop
    /// together.
    func write(_ bytes: [UInt8])
    /// Ends a streamed response.
    func finish(trailers: HTTPHeaders?)
    /// Bytes written and not yet taken by the socket.
    var bufferedBytes: Int { get }
    /// Called once if the client leaves, or is cut off, before the response is finished, and before
    /// the request is logged. A `write` beyond the transport's limit calls it before it returns.
    var onCancel: (() -> Void)? { get set }
    /// Called when `bufferedBytes` has been above the high-water mark and falls to zero.
    var onDrain: (() -> Void)? { get set }
}

extension Exchange {
    /// Takes what the policy of the admitted request says of its answer. The transport calls it
    /// before anything is answered.
    package func adopt(_ policy: BodyPolicy) {
        addedHeaders = policy.addedHeaders
        notes.add(policy.notes)
    }
}
