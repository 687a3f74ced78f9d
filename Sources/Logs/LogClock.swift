import Glibc
import Synchronization

/// The time that a line of the log begins with, in UTC: `2026-11-28T10:49:45.123Z`. All but the
/// milliseconds is made once a second.
package final class LogClock: Sendable {
    /// The system's clock.
    package static let system = LogClock {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return (time.tv_sec, time.tv_nsec / 1_000_000)
    }

    private let now: @Sendable () -> (seconds: Int, milliseconds: Int)
    private let made = Mutex((seconds: Int.min, text: ""))

    /// `now` tells the time since 1970.
    package init(_ now: @escaping @Sendable () -> (seconds: Int, milliseconds: Int)) {
        self.now = now
    }

    /// Now. Any thread.
    package func text() -> String {
        let (seconds, milliseconds) = now()
        let text = made.withLock { made in
            if made.seconds != seconds { made = (seconds, Self.text(seconds)) }
            return made.text
        }
        let digits = String(1000 + milliseconds).dropFirst()
        return "\(text)\(digits)Z"
    }

    /// A second with the point after it.
    private static func text(_ seconds: Int) -> String {
        var time = seconds
        var parts = unsafe tm()
        unsafe gmtime_r(&time, &parts)
        let year = unsafe 1900 + parts.tm_year
        let rest = unsafe [
            parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
        ].map { String(100 + $0).dropFirst() }
        return "\(year)-\(rest[0])-\(rest[1])T\(rest[2]):\(rest[3]):\(rest[4])."
    }
}
