package import JSON

/// `google.protobuf.Duration`.
extension Duration: ProtoValue {
    package init() { self = .zero }

    /// A string of seconds with up to nine decimals and an `s`: "1.5s".
    package init(json: JSONValue, path: String) throws(APIError) {
        guard let text = json.stringValue, let duration = Duration(protoText: text) else {
            throw RequestFields.mistyped(
                path, expected: "a duration like \"1.5s\"", found: json)
        }
        self = duration
    }

    package func appendJSON(to output: inout [UInt8]) {
        let (seconds, attoseconds) = components
        let nanoseconds = attoseconds / 1_000_000_000
        let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
        var text = "\(sign)\(seconds.magnitude)"
        if nanoseconds != 0 {
            let digits = String(nanoseconds.magnitude)
            text += "." + String(repeating: "0", count: 9 - digits.utf8.count) + digits
        }
        output.append(contentsOf: "\"\(text)s\"".utf8)
    }

    /// The range of `google.protobuf.Duration`: about ten thousand years.
    private static let protoSecondsMax: Int64 = 315_576_000_000

    private init?(protoText text: String) {
        guard text.hasSuffix("s"), text.utf8.count <= 32 else { return nil }
        let isNegative = text.hasPrefix("-")
        let parts = text.dropLast().dropFirst(isNegative ? 1 : 0)
            .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, Self.isDigits(whole), let seconds = Int64(whole),
            seconds <= Self.protoSecondsMax
        else { return nil }
        var nanoseconds: Int64 = 0
        if parts.count == 2 {
            let decimals = parts[1]
            guard Self.isDigits(decimals), decimals.utf8.count <= 9,
                let value = Int64(
                    decimals + String(repeating: "0", count: 9 - decimals.utf8.count))
            else { return nil }
            nanoseconds = value
        }
        let duration = Duration.seconds(seconds) + .nanoseconds(nanoseconds)
        self = isNegative ? .zero - duration : duration
    }

    private static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
