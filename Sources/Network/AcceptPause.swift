import Glibc
import Metrics
import NIOCore

/// Stops a listening channel for a while when the kernel has no descriptor or memory for a
/// connection: asked again at once it would say the same, and the loop would do nothing else.
///
/// Reading is switched off, since a failed accept leaves the channel waiting for the socket, which is
/// ready all the time.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let loop: LoopContext

    init(_ loop: LoopContext) {
        self.loop = loop
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // After ECONNABORTED, a client that left while it waited, the next one may be there.
        guard let error = error as? IOError,
            [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
        else { return }
        loop.metrics.acceptFailures.add()
        // The descriptor of an idle connection is free in the next turn of the loop.
        let pause: TimeAmount = loop.giveUpIdle(.ordinary) ? .milliseconds(1) : .milliseconds(100)
        let channel = context.channel
        // Both fail only when the channel is closed, and then nothing is accepted anyway.
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
