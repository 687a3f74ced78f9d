import CNghttp2

/// Which end of a connection a session is.
package enum HTTP2Role: Sendable {
    case client
    case server
}
