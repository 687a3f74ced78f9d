/// The id of a stream of one connection (RFC 9113 §5.1.1). It is odd if the client opened the
/// stream.
package struct HTTP2StreamID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package var description: String { "\(rawValue)" }
}
