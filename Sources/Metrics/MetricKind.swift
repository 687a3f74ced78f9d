/// What Prometheus calls a metric's type.
package enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
    case summary
}
