import Metrics
package import NIOCore

/// The bytes that one connection sends. They are collected until they are flushed, at the latest at
/// the end of the loop's turn, and held back while the socket is full. It also detects a reader that
/// takes nothing.
///
/// Belongs to its channel's event loop.
package final class OutboundQueue: Flushing {
    private let context: ChannelHandlerContext
    private let loop: LoopContext
    private var pending: ByteBuffer
    private var inFlight = 0
    /// Bytes passed to the channel since the connection began.
    private var handedBytes = 0
    private var stallTimer: DeadlineTimer?
    private var isWatched = false
    private var takenWhenWatched = 0
    private var isFlushDue = false
    private var isHeld = false
    private var isClosed = false

    /// Called when the queue was flushed. For a handler that makes its bytes only then.
    package var onFlush: (() -> Void)?
    /// Called when the socket has taken everything.
    package var onEmpty: (() -> Void)?
    /// Called when the client has taken nothing for the reader's stall timeout.
    package var onStall: (() -> Void)?

    package init(_ context: ChannelHandlerContext, _ loop: LoopContext) {
        self.context = context
        self.loop = loop
        pending = context.channel.allocator.buffer(capacity: 0)
        stallTimer = DeadlineTimer(on: loop.loop) { [weak self] in self?.lookForProgress() }
    }

    /// Bytes appended and not yet taken by the socket.
    package var bufferedBytes: Int { pending.readableBytes + inFlight }

    package func append(_ bytes: [UInt8]) {
        pending.writeBytes(bytes)
    }

    /// Appends bytes, which are flushed when the queue is released, or else at the end of this turn
    /// of the loop.
    package func send(_ bytes: [UInt8]) {
        append(bytes)
        flushSoon()
    }

    /// Has the queue flushed when it is released, or else at the end of this turn of the loop.
    package func flushSoon() {
        guard !isFlushDue, !isClosed else { return }
        isFlushDue = true
        if !isHeld { loop.flushLater(self) }
    }

    /// Until `release` nothing sent is flushed: more is about to be written.
    package func hold() { isHeld = true }

    /// Flushes if that was asked for meanwhile.
    package func release() {
        isHeld = false
        if isFlushDue { flush() }
    }

    /// Passes the pending bytes to the channel if it has room for them, and asks for more.
    package func flush() {
        isFlushDue = false
        passOn()
        onFlush?()
    }

    /// Passes the pending bytes to the channel if it has room for them.
    package func passOn() {
        guard !isClosed, pending.readableBytes > 0, context.channel.isWritable else { return }
        handOver()
    }

    /// Passes the pending bytes to the channel, which keeps them until the socket takes them. For a
    /// handler that passes its connection to another one.
    package func handOver() {
        let count = pending.readableBytes
        guard count > 0 else { return }
        let buffer = pending
        pending = context.channel.allocator.buffer(capacity: 0)
        inFlight += count
        handedBytes += count
        let promise = loop.loop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] result in
            if case .success = result { self?.taken(count) }
        }
        context.writeAndFlush(NIOAny(buffer), promise: promise)
        if inFlight > 0 && !isWatched { watch() }
    }

    /// Drops everything, at the end of the connection.
    package func close() {
        isClosed = true
        stallTimer?.cancel()
        onFlush = nil
        onEmpty = nil
        onStall = nil
    }

    private func taken(_ count: Int) {
        inFlight -= count
        loop.metrics.sent.add(UInt64(count))
        if inFlight == 0 {
            isWatched = false
            stallTimer?.clear()
        } else {
            watch()
        }
        if pending.readableBytes > 0 {
            passOn()
        } else if inFlight == 0 {
            onEmpty?()
        }
    }

    private func watch() {
        isWatched = true
        let progress = progress()
        takenWhenWatched = progress.takenBytes
        let rate = max(1, loop.limits.readerRateMin)
        stallTimer?.set(
            after: loop.limits.readerStallTimeout + .seconds(1) * progress.stepBytes / rate)
    }

    /// Checks whether the client has taken anything since the last check. Comparing what waits
    /// would not do, since the server goes on writing.
    private func lookForProgress() {
        guard inFlight > 0 else { return }
        guard progress().takenBytes <= takenWhenWatched else {
            watch()
            return
        }
        onStall?()
    }

    /// How many bytes the client has taken, and how many a slow reader may read before that number
    /// changes.
    ///
    /// The kernel reports what the client's kernel has acknowledged. This grows in steps: after its
    /// receive buffer was full, a client's kernel announces room only when a segment or a sixteenth
    /// of the buffer is free.
    private func progress() -> (takenBytes: Int, stepBytes: Int) {
        guard let socket = SocketProgress(context.channel) else {
            return (handedBytes - inFlight, 0)
        }
        guard socket.acknowledgedBytes > 0 else {
            // Nothing was acknowledged yet, or the kernel does not report it.
            let waiting = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
            return (handedBytes - (waiting ?? inFlight), 0)
        }
        let receiveBufferBytesMax = 6 << 20  // Linux's `net.ipv4.tcp_rmem`
        let step = min(socket.acknowledgedBytes, receiveBufferBytesMax) / 16
        return (
            socket.acknowledgedBytes,
            min(max(step, socket.segmentBytes), socket.acknowledgedBytes)
        )
    }
}

/// The kernel's figures of a TCP connection: the beginning of Linux's `struct tcp_info`.
private struct SocketProgress {
    let acknowledgedBytes: Int
    let segmentBytes: Int

    /// 8 bytes of flags, 24 numbers of 4 bytes, then numbers of 8 bytes; fields that an old kernel
    /// does not have are zero.
    private struct Info: Sendable {
        var flags: UInt64 = 0
        /// `tcpi_rto`, `tcpi_ato`
        var timeouts: UInt64 = 0
        /// `tcpi_snd_mss`, `tcpi_rcv_mss`
        var sendSegment: UInt32 = 0
        var receiveSegment: UInt32 = 0
        /// `tcpi_unacked` to `tcpi_total_retrans`
        var counts: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
        var times: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
        /// `tcpi_pacing_rate`, `tcpi_max_pacing_rate`
        var pacing: (UInt64, UInt64) = (0, 0)
        /// `tcpi_bytes_acked`
        var acknowledged: UInt64 = 0
    }

    /// Nil for a channel without a socket.
    init?(_ channel: any Channel) {
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        var info: Info?
        let name = NIOBSDSocket.Option(rawValue: 11)  // TCP_INFO
        let answer: EventLoopFuture<Info> = provider.unsafeGetSocketOption(level: .tcp, name: name)
        // On the loop's thread the result is available at once.
        answer.assumeIsolated().whenSuccess { info = $0 }
        guard let info else { return nil }
        acknowledgedBytes = Int(clamping: info.acknowledged)
        segmentBytes = Int(info.sendSegment)
    }
}
