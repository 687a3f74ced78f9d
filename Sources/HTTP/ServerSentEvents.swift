/// Encodes server-sent events (WHATWG HTML §9.2).
package enum ServerSentEvents {
    /// The header fields of an event stream: no caching, and no buffering by a proxy.
    package static let headers: HTTPHeaders = [
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
        "x-accel-buffering": "no",
    ]

    /// The end of OpenAI's streams.
    package static let done = Array("data: [DONE]\n\n".utf8)

    /// A comment, which clients ignore; it keeps an idle connection open.
    package static let keepAlive = Array(": keep-alive\n\n".utf8)

    /// Appends one event. Every line of `data` gets its own `data:` field, so no payload can end
    /// the event early. In `event` and `id` everything from a line end on is left out, since it
    /// would start another field.
    package static func append(
        _ data: [UInt8], event: String? = nil, id: String? = nil, to output: inout [UInt8]
    ) {
        output.reserveCapacity(output.count + data.count + 16)
        if let event { appendField("event: ", event, to: &output) }
        if let id { appendField("id: ", id, to: &output) }
        output.append(contentsOf: "data: ".utf8)
        var previous: UInt8 = 0
        for byte in data {
            switch byte {
            case UInt8(ascii: "\n") where previous == UInt8(ascii: "\r"):
                break  // The LF of a CR LF, whose line was ended by the CR.
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                output.append(contentsOf: "\ndata: ".utf8)
            default:
                output.append(byte)
            }
            previous = byte
        }
        output.append(contentsOf: "\n\n".utf8)
    }

    /// One event as bytes.
    package static func encode(
        _ data: [UInt8], event: String? = nil, id: String? = nil
    ) -> [UInt8] {
        var output: [UInt8] = []
        append(data, event: event, id: id, to: &output)
        return output
    }

    /// One event as bytes.
    package static func encode(_ data: String, event: String? = nil, id: String? = nil) -> [UInt8] {
        encode(Array(data.utf8), event: event, id: id)
    }

    private static func appendField(_ name: String, _ value: String, to output: inout [UInt8]) {
        output.append(contentsOf: name.utf8)
        output.append(
            contentsOf: value.utf8.prefix { $0 != 0 && $0 != 0x0A && $0 != 0x0D })
        output.append(UInt8(ascii: "\n"))
    }
}
