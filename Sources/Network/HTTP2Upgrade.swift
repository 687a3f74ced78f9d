package import HTTP

/// A request that asked to continue in HTTP/2.
package struct HTTP2Upgrade: Sendable {
    package let request: HTTPRequest
    package let policy: BodyPolicy
    /// The payload of the client's SETTINGS frame, decoded from `http2-settings`.
    package let settings: [UInt8]
}
