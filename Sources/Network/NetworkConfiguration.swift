/// Settings shared by all connections of a server.
package struct NetworkConfiguration: Sendable {
    package var limits = NetworkLimits()
    /// The `server` field; empty leaves it out.
    package var serverName = "switchyard"
    package var errorBody = TransportError.openAIBody
    /// Called once for every ended exchange, on its I/O thread; must not block.
    package var accessLog: (@Sendable (AccessRecord) -> Void)?
    /// Makes the handler of an HTTP/2 connection. If it is nil HTTP/2 is answered with 505.
    package var http2: HTTP2HandlerFactory?

    package init() {}
}
