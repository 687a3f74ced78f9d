import Metrics
package import NIOCore

/// The bytes on their way from one connection to its socket: gathered until they are flushed, held
/// back while the socket is full, and watched for a reader that takes nothing.
///
/// Belongs to its channel's event loop.
package final class OutboundQueue {
    private let context: ChannelHandlerContext
    private let loop: LoopContext
    private var pending: ByteBuffer
    private var inFlight = 0
    private var stallTimer: DeadlineTimer?
    private var isWatched = false
    private var bufferedWhenWatched = 0

    /// Called when the socket took everything.
    package var onEmpty: (() -> Void)?
    /// Called when the client took nothing for the reader's stall timeout.
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

    /// Hands what is pending to the channel if the channel has room for it.
    package func flush() {
        let count = pending.readableBytes
        guard count > 0, context.channel.isWritable else { return }
        let buffer = pending
        pending = context.channel.allocator.buffer(capacity: 0)
        inFlight += count
        let promise = loop.loop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] result in
            if case .success = result { self?.taken(count) }
        }
        context.writeAndFlush(NIOAny(buffer), promise: promise)
        if inFlight > 0 && !isWatched { watch() }
    }

    /// Lets go of everything; for the end of the connection.
    package func close() {
        stallTimer?.cancel()
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
            flush()
        } else if inFlight == 0 {
            onEmpty?()
        }
    }

    private func watch() {
        isWatched = true
        bufferedWhenWatched = bufferedInChannel()
        stallTimer?.set(after: loop.limits.readerStallTimeout)
    }

    /// A large write may be under way for long: it is progress that counts, not the end.
    private func lookForProgress() {
        guard inFlight > 0 else { return }
        guard bufferedInChannel() >= bufferedWhenWatched else {
            watch()
            return
        }
        onStall?()
    }

    private func bufferedInChannel() -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? inFlight
    }
}
