import CNghttp2

/// Which end of a connection a session plays.
package enum HTTP2Role: Sendable {
    case client
    case server
}
