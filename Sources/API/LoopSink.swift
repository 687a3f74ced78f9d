package import Generation
package import HTTP

/// Brings the engine's events to one I/O thread: one `execute` a step, whatever the requests.
package final class LoopSink: GenerationSink {
    /// Takes one event of a request, on the I/O thread; `now` is the same for all events of a step.
    package typealias Handler = (GenerationEvent, _ now: ContinuousClock.Instant) -> Void

    private let port: any LoopPort
    private let handlers = LoopBound(Handlers())

    private final class Handlers {
        var table: [RequestID: Handler] = [:]
    }

    package init(port: any LoopPort) {
        self.port = port
    }

    /// On the I/O thread, before the request is submitted.
    package func register(_ id: RequestID, _ handler: @escaping Handler) {
        handlers.value.table[id] = handler
    }

    /// On the I/O thread. Events that come later are dropped.
    package func unregister(_ id: RequestID) {
        handlers.value.table[id] = nil
    }

    package func deliver(_ events: [(RequestID, GenerationEvent)]) {
        port.execute { [handlers] in
            let now = ContinuousClock.now
            for (id, event) in events { handlers.value.table[id]?(event, now) }
        }
    }

    /// Requests that still wait for events. On the I/O thread.
    package var count: Int { handlers.value.table.count }
}
