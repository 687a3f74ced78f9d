/// What one HTTP/2 connection may cost us. Every limit has a name so that a flag, a metric and an
/// error message can all speak of the same thing.
package struct HTTP2Limits: Sendable, Equatable {
    /// Streams the peer may have open at once (SETTINGS_MAX_CONCURRENT_STREAMS).
    package var streamsMax: Int = 128
    /// Bytes of one field section, counted as RFC 9113 §6.5.2 does: name, value and 32 a field.
    package var headerListBytesMax: Int = 32 * 1024
    /// Fields in one field section.
    package var headerFieldsMax: Int = 128
    /// CONTINUATION frames that may follow one HEADERS frame.
    package var continuationsMax: Int = 8
    /// The HPACK table we keep for what the peer sends (SETTINGS_HEADER_TABLE_SIZE), in bytes.
    package var headerTableBytes: Int = 4096
    /// The largest frame payload we take (SETTINGS_MAX_FRAME_SIZE), 16,384 to 16,777,215 bytes.
    package var frameBytesMax: Int = 16384
    /// Flow-control window of a stream, in bytes: unread request body held at most for it.
    package var streamWindowBytes: Int = 256 * 1024
    /// Flow-control window of the connection, in bytes.
    package var connectionWindowBytes: Int = 1024 * 1024
    /// Frames waiting to be sent (answers excluded, they are bound by streams) before the peer
    /// counts as one that asks and never reads.
    package var outboundFramesMax: Int = 2048
    /// PING and SETTINGS acknowledgements waiting to be sent.
    package var outboundAcknowledgementsMax: Int = 512
    /// Entries in one SETTINGS frame.
    package var settingsEntriesMax: Int = 32
    /// Stream resets, whoever sent them, that may come at once (CVE-2023-44487, CVE-2025-8671).
    package var resetsBurst: Int = 1000
    /// Stream resets a second in the long run.
    package var resetsPerSecond: Int = 33
    /// Frames that carry nothing for a request (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty
    /// DATA, unknown types) that may come at once beyond those our own frames call for.
    package var controlFramesBurst: Int = 1000
    /// Such frames a second in the long run.
    package var controlFramesPerSecond: Int = 100
    /// Body bytes of a request that was answered early which are read and dropped before the
    /// stream is reset: many clients read no answer until they have sent all.
    package var discardedBytesMax: Int = 16 * 1024 * 1024
    /// Request bodies that are held for a connection at once, in bytes; what is beyond is refused.
    package var bodiesBytesMax: Int = 16 * 1024 * 1024
    /// Unsent bytes of a stream above which its writer should wait for `HTTP2Event.drained`.
    package var streamHighWaterBytes: Int = 64 * 1024

    package init() {}

    /// A field section that grows beyond this, in bytes as they are sent or as they are decoded,
    /// ends the connection: up to here it is decoded, so that it can be refused by itself.
    var fieldBlockBytesMax: Int { headerListBytesMax + 64 * 1024 }

    /// The values as the protocol allows them, so that no setting we announce is itself an error.
    var clamped: HTTP2Limits {
        var limits = self
        let windowMax = Int(Int32.max)
        limits.streamsMax = min(max(streamsMax, 1), windowMax)
        limits.headerListBytesMax = min(max(headerListBytesMax, 256), windowMax)
        limits.headerFieldsMax = max(headerFieldsMax, 8)
        limits.continuationsMax = max(continuationsMax, 1)
        limits.headerTableBytes = min(max(headerTableBytes, 0), 1 << 20)
        limits.frameBytesMax = min(max(frameBytesMax, 16384), 16_777_215)
        limits.streamWindowBytes = min(max(streamWindowBytes, 1), windowMax)
        limits.connectionWindowBytes = min(max(connectionWindowBytes, 1), windowMax)
        limits.outboundFramesMax = max(outboundFramesMax, 16)
        limits.outboundAcknowledgementsMax = max(outboundAcknowledgementsMax, 1)
        limits.settingsEntriesMax = max(settingsEntriesMax, 8)
        return limits
    }
}

/// A budget that refills with time. The caller brings the time.
struct HTTP2Budget {
    private let capacity: Double
    private let perSecond: Double
    private var level: Double
    private var refilledAt: ContinuousClock.Instant?

    init(burst: Int, perSecond: Int) {
        capacity = Double(max(burst, 1))
        self.perSecond = Double(max(perSecond, 0))
        level = capacity
    }

    /// Takes one; `false` when nothing is left.
    mutating func take(now: ContinuousClock.Instant) -> Bool {
        if let refilledAt {
            let elapsed = (now - refilledAt) / .seconds(1)
            level = min(capacity, level + max(0, elapsed) * perSecond)
        }
        refilledAt = now
        guard level >= 1 else { return false }
        level -= 1
        return true
    }
}
