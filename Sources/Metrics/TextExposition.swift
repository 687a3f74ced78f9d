/// Writes Prometheus' text format 0.0.4.
package struct TextExposition: Sendable {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var bytes: [UInt8] = []

    package init() {
        bytes.reserveCapacity(16 * 1024)
    }

    /// A metric's `HELP` and `TYPE`.
    mutating func begin(_ metric: any Metric) {
        append("# HELP \(metric.name) ")
        appendEscaped(metric.help, quotes: false)
        append("\n# TYPE \(metric.name) \(metric.kind.rawValue)\n")
    }

    /// One sample.
    package mutating func sample(
        _ name: String, _ labels: [String], _ values: [String], _ value: Double
    ) {
        sample(name, labels, values, text: Self.text(value))
    }

    /// One sample of a whole number, exact beyond 2^53.
    package mutating func sample(
        _ name: String, _ labels: [String], _ values: [String], _ value: UInt64
    ) {
        sample(name, labels, values, text: String(value))
    }

    private mutating func sample(
        _ name: String, _ labels: [String], _ values: [String], text: String
    ) {
        append(name)
        if !labels.isEmpty {
            append("{")
            for (index, label) in labels.enumerated() {
                append(index == 0 ? "\(label)=\"" : ",\(label)=\"")
                appendEscaped(values[index], quotes: true)
                append("\"")
            }
            append("}")
        }
        append(" ")
        append(text)
        append("\n")
    }

    /// A number as Prometheus reads it.
    package static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\"") where quotes: append("\\\"")
            default: bytes.append(byte)
            }
        }
    }
}
