/// How messages are written in bodies.
package protocol MessageCodec: Sendable {
    func decode<Message: ProtoMessage>(_ inquiry: Inquiry) throws(APIError) -> Message
    func encode(_ message: some ProtoMessage) -> [UInt8]
}
