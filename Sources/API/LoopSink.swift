package import Generation
package import HTTP

/// Brings the engine's events to one I/O thread: one `execute` a step, whatever the requests.
package final class LoopSink: GenerationSink {
    private let port: any LoopPort
    private let takers = LoopBound(Takers())

    private final class Takers {
        var table: [RequestID: (taker: any EventTaker, prompt: Int)] = [:]
    }

    package init(port: any LoopPort) {
        self.port = port
    }

    /// On the I/O thread, before the request is submitted. `prompt` numbers the request among those
    /// of its taker.
    package func register(_ id: RequestID, _ taker: any EventTaker, prompt: Int) {
        takers.value.table[id] = (taker, prompt)
    }

    /// On the I/O thread. Events that come later are dropped.
    package func unregister(_ id: RequestID) {
        takers.value.table[id] = nil
    }

    package func deliver(_ events: [(RequestID, GenerationEvent)]) {
        port.execute { [takers] in
            let now = ContinuousClock.now
            for (id, event) in events {
                guard let (taker, prompt) = takers.value.table[id] else { continue }
                taker.take(event, of: prompt, now)
            }
        }
    }

    /// Requests that still wait for events. On the I/O thread.
    package var count: Int { takers.value.table.count }
}
