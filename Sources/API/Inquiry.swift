package import HTTP
package import JSON

/// What a client sent, to be read on whatever thread has the time.
package struct Inquiry: Sendable {
    package let request: HTTPRequest
    /// The client, as far as its key tells; all clients without a key are one.
    package let fairnessKey: UInt64

    package init(_ call: Call) {
        request = call.request
        fairnessKey = call.fairnessKey
    }

    /// The body as JSON, whatever its content type says: `curl -d` calls JSON a form. Types that
    /// certainly are something else were refused by the head.
    package func json() throws(APIError) -> JSONValue {
        var body = request.body.span
        // Some clients' libraries write a byte order mark; a parser may ignore it (RFC 8259 §8.1).
        if body.count >= 3, body[0] == 0xEF, body[1] == 0xBB, body[2] == 0xBF {
            body = body.extracting(droppingFirst: 3)
        }
        guard !body.isEmpty else {
            throw APIError(.invalidJSON, "the body is empty; send a JSON object")
        }
        do throws(JSONError) {
            // The transport has limited its length.
            let limits = JSONLimits(bytesMax: body.count, depthMax: 64)
            return try JSONParser.parse(body, limits: limits)
        } catch {
            throw APIError(
                .invalidJSON, "the body is not JSON: byte \(error.offset): \(error.message)")
        }
    }

    /// The body as an object's fields.
    package func fields() throws(APIError) -> RequestFields {
        try RequestFields(try json())
    }
}
