import HTTP

/// Writes the messages of a streamed answer in their order. A long one is made where there is time for
/// it, and what comes after waits for it.
///
/// Belongs to the call's I/O thread.
package final class OrderedAnswer {
    private enum Step {
        case message([UInt8])
        case long(bytes: Int, @Sendable () -> [UInt8])
        case end
    }

    private let call: Call
    private let prompting: Prompting
    /// What comes after the message that is being made.
    private var waiting: [Step] = []
    private var isMaking = false

    package init(_ call: Call, _ prompting: Prompting) {
        self.call = call
        self.prompting = prompting
    }

    /// Writes a message that is there.
    package func write(_ message: [UInt8]) {
        if isMaking { waiting.append(.message(message)) } else { call.exchange.write(message) }
    }

    /// Writes a message of so many bytes, by estimate, that `make` makes.
    package func write(bytes: Int, _ make: @escaping @Sendable () -> [UInt8]) {
        take(.long(bytes: bytes, make))
    }

    /// Ends the answer.
    package func finish() { take(.end) }

    private func take(_ step: Step) {
        if isMaking { waiting.append(step) } else { perform(step) }
    }

    private func perform(_ step: Step) {
        switch step {
        case .message(let message): call.exchange.write(message)
        case .end: call.exchange.finish(trailers: nil)
        case .long(let bytes, let make):
            isMaking = true
            prompting.write(for: call, bytes: bytes, make) { [self] message in
                call.exchange.write(message)
                isMaking = false
                goOn()
            }
        }
    }

    private func goOn() {
        let steps = waiting
        waiting = []
        for step in steps { take(step) }
    }
}
