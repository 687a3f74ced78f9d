/// A strict parser of JSON texts (RFC 8259).
///
/// Refused: invalid UTF-8, a byte order mark, lone surrogates, raw control characters, leading
/// zeros, `NaN`, trailing commas, comments, anything after the value, numbers beyond a double. A
/// repeated key has its last value, at the place of its first one, unless repeated keys are refused.
package enum JSONParser {
    /// - refusesRepeatedKeys: for files that people write, in which a second value is a mistake.
    package static func parse(
        _ bytes: [UInt8], limits: JSONLimits = JSONLimits(), refusesRepeatedKeys: Bool = false
    ) throws(JSONError) -> JSONValue {
        try parse(bytes.span, limits: limits, refusesRepeatedKeys: refusesRepeatedKeys)
    }

    package static func parse(
        _ text: String, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8).span, limits: limits)
    }

    /// The buffer is read during the call only.
    package static func parse(
        _ buffer: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSONValue {
        // SAFETY: raw bytes are always valid as `UInt8`, and the span ends with this call.
        let bytes = unsafe buffer.assumingMemoryBound(to: UInt8.self)
        return try parse(unsafe bytes.span, limits: limits)
    }

    package static func parse(
        _ bytes: Span<UInt8>, limits: JSONLimits = JSONLimits(), refusesRepeatedKeys: Bool = false
    ) throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.bytesMax else {
            throw JSONError(
                offset: limits.bytesMax,
                message: "the text has \(bytes.count) bytes, the limit is \(limits.bytesMax)")
        }
        var reader = JSONReader(
            depthMax: limits.depthMax, refusesRepeatedKeys: refusesRepeatedKeys)
        return try reader.document(bytes)
    }
}
