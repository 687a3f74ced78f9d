/// Limits of one HTTP/2 connection. Every limit has a name, which flags, metrics and error messages
/// share.
package struct HTTP2Limits: Sendable, Equatable {
    /// Streams the peer may have open at once (SETTINGS_MAX_CONCURRENT_STREAMS).
    package var streamsMax: Int = 128
    /// Bytes of one field section, counted as in RFC 9113 §6.5.2: name, value and 32 bytes for each
    /// field.
    package var headerListBytesMax: Int = 32 * 1024
    /// Fields in one field section.
    package var headerFieldsMax: Int = 128
    /// CONTINUATION frames that may follow one HEADERS frame.
    package var continuationsMax: Int = 8
    /// Bytes of the HPACK table for decoding the peer's fields (SETTINGS_HEADER_TABLE_SIZE).
    package var headerTableBytes: Int = 4096
    /// The largest frame payload we accept (SETTINGS_MAX_FRAME_SIZE), 16,384 to 16,777,215 bytes.
    package var frameBytesMax: Int = 16384
    /// Flow-control window of a stream, in bytes. It bounds the unread part of a request's body.
    package var streamWindowBytes: Int = 256 * 1024
    /// Flow-control window of the connection, in bytes.
    package var connectionWindowBytes: Int = 1024 * 1024
    /// Frames waiting to be sent, beyond which the peer is taken for one that asks and never reads.
    /// Responses do not count; the number of streams bounds them.
    package var outboundFramesMax: Int = 2048
    /// PING and SETTINGS acknowledgements waiting to be sent.
    package var outboundAcknowledgementsMax: Int = 512
    /// Entries in one SETTINGS frame.
    package var settingsEntriesMax: Int = 32
    /// Stream resets, whoever sent them, that may come at once (CVE-2023-44487, CVE-2025-8671).
    package var resetsBurst: Int = 1000
    /// Stream resets per second in the long run.
    package var resetsPerSecond: Int = 33
    /// Frames that carry nothing for a request (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty
    /// DATA, unknown types) that may come at once, not counting those that answer our own frames.
    package var controlFramesBurst: Int = 1000
    /// Such frames per second in the long run.
    package var controlFramesPerSecond: Int = 100
    /// If a request is answered before its body is complete: the bytes of the rest that are read
    /// and dropped before the stream is reset. Many clients read no response before they have sent
    /// everything.
    package var discardedBytesMax: Int = 16 * 1024 * 1024
    /// Bytes of requests, fields and bodies, held for a connection at once while they are received;
    /// more is refused.
    package var bodiesBytesMax: Int = 16 * 1024 * 1024
    /// Unsent bytes of a stream above which its writer should wait for `HTTP2Event.drained`.
    package var streamHighWaterBytes: Int = 64 * 1024

    package init() {}

    /// A field section with more bytes than this, encoded or decoded, ends the connection. A
    /// smaller one is decoded even if it is over its limit, so that only its request is refused.
    var fieldBlockBytesMax: Int { headerListBytesMax + 64 * 1024 }

    /// The values clamped to what the protocol allows, so that no setting we announce is an error.
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

/// A budget that refills with time. The caller passes the time.
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

    /// Takes one; returns `false` if nothing is left.
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
