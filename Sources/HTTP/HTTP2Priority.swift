/// How urgent a response is (RFC 9218 §4).
package struct HTTP2Priority: Sendable, Equatable {
    /// 0 (first) to 7 (last).
    package var urgency: Int
    /// Whether parts of the response are useful before its end, so that it should share the
    /// connection with others.
    package var incremental: Bool

    package init(urgency: Int = 3, incremental: Bool = false) {
        self.urgency = min(max(urgency, 0), 7)
        self.incremental = incremental
    }

    /// Reads a `priority` field: a structured dictionary of which only `u` and `i` matter. Members
    /// that are unknown or out of range are ignored (RFC 9218 §4).
    package init(field: some StringProtocol) {
        self.init()
        for member in field.split(separator: ",") {
            let text = String(member.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" })
            if text.hasPrefix("u="), let value = Int(text.dropFirst(2)), (0...7).contains(value) {
                urgency = value
            } else if text == "i" || text == "i=?1" {
                incremental = true
            } else if text == "i=?0" {
                incremental = false
            }
        }
    }
}
