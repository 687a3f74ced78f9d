import HTTP
package import JSON
package import Metrics
import Synchronization
package import Threads

/// Works on requests' bodies: JSON, then template, then tokenizer. Long bodies are worked on by two
/// threads of their own, one for the longest, so that neither an I/O thread nor a shorter body waits
/// for a very long one.
package final class Prompting: Sendable {
    /// Longer bodies leave the I/O thread.
    package static let inlineBytesMax = 16 << 10
    /// Longer bodies go to the thread for the longest.
    package static let longBytesMax = 256 << 10
    /// How many bodies wait for each thread at most, and their bytes; one longer than that waits if
    /// no other does.
    package static let waitingMax = 256
    package static let waitingBytesMax = 64 << 20

    private let long: WorkLane
    private let longest: WorkLane
    /// Relaxed: nothing else is published by the count.
    private let refused = Atomic<UInt64>(0)

    /// Starts the threads.
    package init() throws(ThreadError) {
        long = try WorkLane(
            name: "tokenizer", waitingMax: Self.waitingMax, bytesMax: Self.waitingBytesMax)
        do throws(ThreadError) {
            longest = try WorkLane(
                name: "tokenizer-long", waitingMax: Self.waitingMax,
                bytesMax: Self.waitingBytesMax)
        } catch {
            long.stop()
            throw error
        }
    }

    /// Ends the threads after the work they have.
    package func stop() {
        long.stop()
        longest.stop()
    }

    /// Bodies that wait for a thread, and their bytes.
    package var waiting: (count: Int, bytes: Int) {
        let (a, b) = (long.waiting, longest.waiting)
        return (a.count + b.count, a.bytes + b.bytes)
    }

    /// Registers how much waits.
    package func register(in registry: Registry) {
        registry.register(
            CallbackMetric(
                "switchyard_long_bodies_waiting",
                help: "Long bodies that wait for a thread to read them."
            ) { [self] in Double(waiting.count) },
            CallbackMetric(
                "switchyard_long_bodies_refused_total", kind: .counter,
                help: "Long bodies that found too many waiting."
            ) { [self] in Double(refused.load(ordering: .relaxed)) },
            CallbackMetric(
                "switchyard_long_bodies_waiting_bytes", help: "The bytes of the bodies that wait."
            ) { [self] in Double(waiting.bytes) })
    }

    /// Does a call's work and hands what comes of it to `then`, on the call's I/O thread, from which
    /// this is called: at once when the body is short, later otherwise. If the client goes away first,
    /// the work is left out or ended at its next `check`, and `then` is not called.
    package func perform<Output: Sendable>(
        for call: Call,
        _ work: @escaping @Sendable (Inquiry, Cancellation) throws(APIError) -> Output,
        then: @escaping (Result<Output, APIError>) -> Void
    ) {
        let inquiry = Inquiry(call)
        let cancellation = Cancellation()
        let bytes = inquiry.request.body.count
        guard bytes > Self.inlineBytesMax else {
            return then(Result { () throws(APIError) in try work(inquiry, cancellation) })
        }
        let port = call.exchange.port
        // Both are carried to the other thread and back, and used on the port's only.
        let finish = LoopBound { (result: Result<Output, APIError>) in
            guard !cancellation.isCancelled else { return }
            call.exchange.onCancel = nil
            then(result)
        }
        let lane = bytes > Self.longBytesMax ? longest : long
        let ticket = lane.post(bytes: bytes, for: call.fairnessKey) {
            guard !cancellation.isCancelled else { return }
            let result = Result { () throws(APIError) in try work(inquiry, cancellation) }
            port.execute { finish.value(result) }
        }
        guard let ticket else {
            refused.wrappingAdd(1, ordering: .relaxed)
            return then(
                .failure(
                    APIError(
                        .overloaded,
                        "too many long bodies wait for the tokenizer; try again soon")))
        }
        call.exchange.onCancel = {
            cancellation.cancel()
            lane.withdraw(ticket)
        }
    }

    /// Writes an answer, of so many bytes by estimate, and hands it to `then` on the call's I/O
    /// thread, from which this is called: at once when it is short, or nobody else has the time.
    package func write(
        for call: Call, bytes: Int, _ work: @escaping @Sendable () -> [UInt8],
        then: @escaping ([UInt8]) -> Void
    ) {
        let port = call.exchange.port
        let finish = LoopBound(then)
        let isPosted =
            bytes > Self.inlineBytesMax
            && longest.post(bytes: bytes, for: call.fairnessKey) {
                let written = work()
                port.execute { finish.value(written) }
            } != nil
        if !isPosted { then(work()) }
    }

    /// One prompt's tokens, worked out by the calling thread.
    package static func encode(
        _ source: PromptSource, _ model: ModelDescription
    ) throws(APIError) -> [Int32] {
        switch source {
        case .tokens(let tokens): return tokens
        case .text(let text, let special): return model.codec.encode(text, special: special)
        case .chat(let variables, let special):
            let text = try render(variables, model)
            return model.codec.encode(text, special: special)
        }
    }

    /// The prompt's text that the model's template makes of a chat.
    package static func render(
        _ variables: JSONObject, _ model: ModelDescription
    ) throws(APIError) -> String {
        guard let template = model.template else {
            throw APIError(
                .noChatTemplate,
                "the model '\(model.name)' has no chat template; use /v1/completions",
                param: "messages")
        }
        var all = model.templateVariables
        for (key, value) in variables { all[key] = value }
        return try template.prompt(all)
    }
}
