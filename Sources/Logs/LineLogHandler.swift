package import Logging

/// Writes a logger's events to a `LogWriter`, a line for each: the time, the prefix, the level
/// if it is a warning or worse, the message, and metadata as `key=value`.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel = Logger.Level.info
    private let writer: LogWriter
    private let prefix: String
    private let clock: LogClock

    package init(_ writer: LogWriter, prefix: String, clock: LogClock = .system) {
        self.writer = writer
        self.clock = clock
        self.prefix = prefix
    }

    /// A logger whose lines have `prefix` after the time.
    package static func logger(
        _ writer: LogWriter, prefix: String, clock: LogClock = .system
    ) -> Logger {
        Logger(label: "switchyard") { _ in LineLogHandler(writer, prefix: prefix, clock: clock) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = "\(clock.text()) \(prefix)"
        if event.level >= .warning { line += "\(event.level.rawValue): " }
        line += event.message.description
        let own = event.metadata ?? [:]
        if !metadata.isEmpty || !own.isEmpty {
            let all = metadata.merging(own) { $1 }
            for (key, value) in all.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        }
        writer.line(LogText.oneLine(line))
    }
}
