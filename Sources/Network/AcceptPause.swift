import Glibc
import Metrics
import NIOCore

/// Stops a listening channel for a while if the kernel has no descriptor or memory for a
/// connection. Another attempt at once would fail too, and the loop would do nothing else.
///
/// It switches reading off, since after a failed accept the channel goes on waiting for the socket,
/// which is always ready.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let loop: LoopContext

    init(_ loop: LoopContext) {
        self.loop = loop
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // ECONNABORTED means a client that left while it waited; the next one may already wait.
        guard let error = error as? IOError,
            [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
        else { return }
        loop.metrics.acceptFailures.add()
        // If an idle connection was closed its descriptor is free in the next turn of the loop.
        let pause: TimeAmount = loop.giveUpIdle(.ordinary) ? .milliseconds(1) : .milliseconds(100)
        let channel = context.channel
        // Both fail only if the channel is closed, and then nothing is accepted anyway.
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
