package import HTTP
import Synchronization

/// A sink for each I/O thread, made when the thread first needs it.
package final class LoopSinks: Sendable {
    private let sinks = Mutex<[ObjectIdentifier: LoopSink]>([:])

    package init() {}

    /// Any thread. There are as many sinks as I/O threads, which live as long as the server.
    package func sink(for port: any LoopPort) -> LoopSink {
        sinks.withLock { sinks in
            if let sink = sinks[port.identity] { return sink }
            let sink = LoopSink(port: port)
            sinks[port.identity] = sink
            return sink
        }
    }
}
