package import NIOCore

/// Waits for a connection's first bytes and adds the handler of their protocol to the pipeline.
/// HTTP/2 begins with its preface (RFC 9113 §3.4); everything else is treated as HTTP/1.1.
package final class ProtocolDetector: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let loop: LoopContext
    private var context: ChannelHandlerContext?
    private var received = ByteBuffer()
    private var timer: DeadlineTimer?
    private var connectedAt = NIODeadline.uptimeNanoseconds(0)

    package init(_ loop: LoopContext) {
        self.loop = loop
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.attach(self, ObjectIdentifier(context.channel))
        let timer = DeadlineTimer(on: loop.loop) { [weak self] in self?.timedOut() }
        timer.set(after: loop.limits.headerTimeout)
        self.timer = timer
        connectedAt = loop.loop.now
        if loop.isDraining { drain() }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        loop.detach(ObjectIdentifier(context.channel))
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if received.readableBytes == 0, loop.isDraining {
            timer?.set(after: loop.limits.drainHeadTimeout)
        }
        received.writeBuffer(&buffer)
        let common = received.readableBytesView.prefix(Self.preface.count)
        guard common.elementsEqual(Self.preface.prefix(common.count)) else {
            become(HTTP1Handler(loop), context)
            return
        }
        guard common.count == Self.preface.count else { return }
        // If HTTP/2 is off, the preface is an HTTP/1.1 head with an unsupported version, hence a
        // 505.
        become(loop.configuration.http2?(loop, nil) ?? HTTP1Handler(loop), context)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client closed before its protocol was known.
        if let event = event as? ChannelEvent, event == .inputClosed { cut() }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func timedOut() {
        if !loop.isDraining { loop.metrics.countTimeout("header") }
        cut()
    }

    private func become(_ handler: any ChannelInboundHandler, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let operations = context.pipeline.syncOperations
        do {
            try operations.addHandler(handler, position: .after(self))
        } catch {
            // This happens only if the channel is closed already.
            context.close(promise: nil)
            return
        }
        context.fireChannelRead(NIOAny(received))
        received = ByteBuffer()
        operations.removeHandler(self, promise: nil)
    }
}

extension ProtocolDetector: ServedConnection {
    /// The client may have sent bytes that are still in the socket, or here.
    package func drain() {
        let limits = loop.limits
        timer?.set(
            after: received.readableBytes > 0 ? limits.drainHeadTimeout : limits.drainGraceTime)
    }

    package var isBusy: Bool { false }

    package var idleSince: NIODeadline? { connectedAt }

    package func cut() {
        context?.close(promise: nil)
    }
}
