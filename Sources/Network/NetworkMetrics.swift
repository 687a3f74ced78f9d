import HTTP
package import Metrics

/// The transport's metrics. All label values come from fixed sets.
package final class NetworkMetrics: Sendable {
    let connections = Counter(
        "switchyard_connections_total", labels: ["outcome"],
        help: "Connections accepted, accepted for health and metrics only (reserved), given up "
            + "while idle for others, or refused because too many were open.")
    let connectionsOpen = Gauge(
        "switchyard_connections_open", help: "Connections open now.")
    let connectionsMax = Gauge(
        "switchyard_connections_max", labels: ["place"],
        help: "Connections that may be open: for anything, and beyond those for health and metrics."
    )
    let acceptFailures = Counter(
        "switchyard_accept_failures_total",
        help: "Times that the kernel had no descriptor or memory for a new connection.")
    let requests = Counter(
        "switchyard_http_requests_total", labels: ["version", "status"],
        help: "Exchanges ended, by HTTP version and class of status.")
    let requestsCancelled = Counter(
        "switchyard_http_requests_cancelled_total",
        help: "Exchanges whose client went away or was cut off before their end.")
    let rejects = Counter(
        "switchyard_http_rejects_total", labels: ["code"],
        help: "Requests that the transport refused.")
    let timeouts = Counter(
        "switchyard_http_timeouts_total", labels: ["timer"],
        help: "Connections closed by a timer.")
    let receivedBytes = Counter(
        "switchyard_http_received_bytes_total", help: "Bytes read from clients.")
    let sentBytes = Counter(
        "switchyard_http_sent_bytes_total", help: "Bytes handed to the kernel for clients.")
    let requestDuration = BucketHistogram(
        "switchyard_http_request_duration_seconds",
        help: "From a request's first byte to its answer's end.",
        buckets: .exponential(from: 0.0005, factor: 2, count: 20))

    let accepted: Counter.Series
    let reserved: Counter.Series
    let givenUp: Counter.Series
    let refused: Counter.Series
    let received: Counter.Series
    let sent: Counter.Series
    private let byStatus: [[Counter.Series]]

    package init(registry: Registry) {
        accepted = connections["accepted"]
        reserved = connections["reserved"]
        givenUp = connections["given_up"]
        refused = connections["refused"]
        received = receivedBytes[]
        sent = sentBytes[]
        let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"]
        let requests = requests
        byStatus = ["1.0", "1.1", "2"].map { version in classes.map { requests[version, $0] } }
        // What has not happened yet reads 0, so that its first time shows as a rise.
        for code in Self.rejectCodes { _ = rejects[code] }
        for timer in Self.timers { _ = timeouts[timer] }
        registry.register(
            connections, connectionsOpen, connectionsMax, acceptFailures, requests,
            requestsCancelled, rejects, timeouts,
            receivedBytes, sentBytes, requestDuration)
    }

    private static let timers = ["header", "body", "idle", "reader"]

    private static let rejectCodes =
        RequestViolation.allCases.map(\.code) + TransportError.all.map(\.code)
        + ["unsent_bytes_max", "http2_flood", "http2_protocol_error"]

    /// Counts an ended exchange.
    func count(_ version: HTTPVersion, status: Int, duration: Duration) {
        let row =
            switch version {
            case .http1_0: 0
            case .http1_1: 1
            case .http2: 2
            }
        byStatus[row][min(max(status / 100, 1), 5) - 1].add()
        requestDuration.observe(duration)
    }

    /// Counts a refused request; `code` is one of the transport's own.
    package func countReject(_ code: String) {
        assert(Self.rejectCodes.contains(code), "'\(code)' is missing among the codes")
        rejects[code].add()
    }

    /// Counts a connection closed by a timer; `timer` is one of the transport's own.
    package func countTimeout(_ timer: String) {
        assert(Self.timers.contains(timer), "'\(timer)' is missing among the timers")
        timeouts[timer].add()
    }
}
