package import Generation
import HTTP

/// One HTTP request's way through the engine: permits, prompts, submission, then its events as text
/// for the front end that reads it. It cancels when the client goes away, and pauses what the client
/// is too slow to take.
///
/// Belongs to the exchange's I/O thread. The exchange and the sink hold it until it ends.
package final class TokenStream {
    /// Bytes that may wait for the client's socket before its choices are paused. Not below the
    /// transport's high-water mark, past which `onDrain` is sure to come.
    package static let bufferedBytesMax = 256 << 10
    /// Tokens taken are told to the engine in batches of this many; a part of `unsentTokensMax`.
    private static let creditBatch = 32

    private let order: TokenOrder
    private let service: any GenerationService
    private let exchange: any Exchange
    private let sink: LoopSink
    private let reader: any TokenReader
    private var permits: [Permit] = []
    private var requests: [RequestID] = []
    private var choices: [Choice] = []
    private var promptTokens = 0
    /// Of each prompt.
    private var cachedTokens: [Int] = []
    private var unfinished = 0
    private var logprobsGathered = 0
    /// Events that wait until the client has read what was written; no more than the engine goes
    /// ahead of it, `unsentTokensMax` tokens a choice. As events they take less than as text.
    private var held: ArraySlice<Held> = []
    private var isEnded = false
    private var recorder: GenerationMetrics.Recorder

    /// What is known of one choice.
    private struct Choice {
        var assembler: TextAssembler
        /// Tokens whose text is held back.
        var waiting: [(entry: TokenEntry, start: Int)] = []
        var completionTokens = 0
        /// The front end was told the end; the engine may still have to confirm it.
        var isEnded = false
        /// The engine's last event came.
        var isFinished = false
        /// Tokens whose credit is not returned yet.
        var owed = 0
        var lastToken: ContinuousClock.Instant?
    }

    private struct Held {
        let event: GenerationEvent
        let prompt: Int
        let time: ContinuousClock.Instant
    }

    private init(
        _ order: TokenOrder, _ call: Call, _ sinks: LoopSinks, _ reader: any TokenReader
    ) {
        self.order = order
        service = order.model.service
        self.reader = reader
        exchange = call.exchange
        sink = sinks.sink(for: call.exchange.port)
        recorder = order.model.metrics.recorder(receivedAt: order.receivedAt, order: order)
    }

    /// What a front end decodes from a body.
    package protocol Order: Sendable {
        var order: TokenOrder { get set }
        /// The prompts are known; makes of them what the answer will show.
        mutating func accept(_ prompts: [[Int32]])
    }

    /// Starts the work: `decode` reads the body, on a thread that has the time; the rest is called
    /// on the call's. What cannot be decoded goes to `refuse`, every later failure to the reader.
    package static func start<Decoded: Order>(
        _ call: Call, in context: APIContext,
        decode: @escaping @Sendable (Inquiry, APIContext) throws(APIError) -> Decoded,
        reader: @escaping (Decoded) -> any TokenReader, refuse: @escaping (APIError) -> Void
    ) {
        context.prompting.perform(for: call) { (inquiry, cancellation) throws(APIError) in
            var decoded = try decode(inquiry, context)
            try cancellation.check()
            let prompts = PreparedPrompts.make(&decoded, cancellation)
            return (decoded, prompts)
        } then: { result in
            switch result {
            case .failure(let error): refuse(error)
            case .success((let decoded, let prompts)):
                TokenStream(decoded.order, call, context.sinks, reader(decoded)).begin(prompts)
            }
        }
    }

    private func begin(_ prepared: Result<PreparedPrompts, APIError>) {
        let prompts: PreparedPrompts
        switch prepared {
        case .failure(let error): return fail(error)
        case .success(let prepared): prompts = prepared
        }
        prepare(prompts)
        exchange.notes.promptTokens = promptTokens
        if let limit = prompts.limit(of: order) {
            exchange.addedHeaders.set("x-max-tokens", "\(limit)")
        }
        exchange.onCancel = { [self] in clientLeft() }
        exchange.onDrain = { [self] in resume() }
        for (index, request) in prompts.requests.enumerated() {
            sink.register(request.id, self, prompt: index)
            requests.append(request.id)
            do throws(Rejection) {
                try service.submit(request, permits[index], sink: sink)
            } catch {
                // What was submitted before is cancelled; an answer is given whole or not at all.
                return fail(APIError(error))
            }
        }
        permits.removeAll()
    }

    /// Makes room for the choices.
    private func prepare(_ prompts: PreparedPrompts) {
        permits = prompts.permits
        promptTokens = prompts.requests.reduce(0) { $0 + $1.prompt.count }
        cachedTokens = Array(repeating: 0, count: prompts.requests.count)
        unfinished = prompts.requests.count * order.request.choices
        for request in prompts.requests {
            let assembler = TextAssembler(
                ContinuingDetokenizer(
                    order.model.description.codec, after: request.prompt,
                    skipSpecial: order.text.skipSpecial),
                stops: order.text.stops, includeStop: order.text.includeStop,
                tokensMin: order.request.tokensMin)
            for _ in 0..<order.request.choices { choices.append(Choice(assembler: assembler)) }
        }
    }
}

extension TokenStream: EventTaker {
    package func take(
        _ event: GenerationEvent, of prompt: Int, _ now: ContinuousClock.Instant
    ) {
        guard !isEnded else { return }
        if case .failed(let failure) = event { return fail(APIError(failure)) }
        if held.isEmpty, !isSlow {
            show(event, of: prompt, now)
        } else {
            held.append(Held(event: event, prompt: prompt, time: now))
        }
    }
}

extension TokenStream {
    /// The client has not read enough of what was written.
    private var isSlow: Bool {
        reader.isStreaming && exchange.bufferedBytes > Self.bufferedBytesMax
    }

    /// The client has read what was written.
    private func resume() {
        while !isEnded, !isSlow, let next = held.popFirst() {
            show(next.event, of: next.prompt, next.time)
        }
        // Even if that has made the client slow again: what was held back until now is written, and
        // the engine must not take one that reads for one that has stopped.
        returnAllCredit()
    }

    private func show(_ event: GenerationEvent, of prompt: Int, _ now: ContinuousClock.Instant) {
        switch event {
        case .promptLogprobs(let first, let logprobs):
            reader.promptLogprobs(logprobs, first: first, prompt: prompt)
        case .token(let choice, let id, let logprobs):
            guard let index = index(of: choice, prompt) else { return }
            token(id, logprobs, index, prompt, now)
        case .finished(let choice, let reason, let usage):
            guard let index = index(of: choice, prompt) else { return }
            finished(reason, usage, index, prompt, now)
        case .forward(let top):
            reader.forward(top, prompt: prompt)
        case .failed:
            break  // It is not held back.
        }
    }

    private func index(of choice: Int, _ prompt: Int) -> Int? {
        guard choice >= 0, choice < order.request.choices else { return nil }
        return prompt * order.request.choices + choice
    }

    private func token(
        _ id: Int32, _ logprobs: TokenLogprobs?, _ index: Int, _ prompt: Int,
        _ now: ContinuousClock.Instant
    ) {
        // Tokens after a stop string may be on their way when the choice is cancelled.
        guard !choices[index].isEnded else { return }
        if !reader.isStreaming, let logprobs {
            logprobsGathered += 1 + logprobs.top.count
            guard logprobsGathered <= TokenOrder.gatheredLogprobsMax else {
                return fail(
                    APIError(
                        .requestTooLarge,
                        "the answer has more than \(TokenOrder.gatheredLogprobsMax) "
                            + "log-probabilities; stream it, or ask for fewer", param: "logprobs"))
            }
        }
        recorder.token(after: choices[index].lastToken, now)
        choices[index].lastToken = now
        let start = choices[index].assembler.byteCount
        let offset = choices[index].assembler.scalarCount
        let text = choices[index].assembler.append(id)
        if order.request.logprobs != nil || order.text.includesTokens {
            let entry = TokenEntry(id: id, logprobs: logprobs, textOffset: offset)
            choices[index].waiting.append((entry, start))
        }
        let isStopped = choices[index].assembler.isStopped
        send(text, isLast: isStopped, index)
        if isStopped {
            choices[index].completionTokens = choices[index].assembler.tokenCount
            choices[index].isEnded = true
            reader.ended(.stop, choice: index)
            // The engine confirms by `.finished`, which brings what the cache served.
            service.cancel(requests[prompt], choice: index % order.request.choices)
        } else {
            owe(index, prompt)
        }
    }

    private func finished(
        _ reason: FinishReason, _ usage: Usage, _ index: Int, _ prompt: Int,
        _ now: ContinuousClock.Instant
    ) {
        guard !choices[index].isFinished else { return }
        choices[index].isFinished = true
        cachedTokens[prompt] = max(cachedTokens[prompt], usage.cachedTokens)
        if !choices[index].isEnded {
            guard reason != .cancelled else {
                return fail(APIError(.unavailable, "the server cancelled the request"))
            }
            let text = choices[index].assembler.finish()
            send(text, isLast: true, index)
            choices[index].completionTokens = usage.completionTokens
            choices[index].isEnded = true
            // A pass that draws no token ends by its length, which is none.
            let isStop =
                reason == .stop && order.request.kind == .generate
                || choices[index].assembler.isStopped
            reader.ended(isStop ? .stop : .length, choice: index)
            recorder.choiceEnded(isStop ? .stop : .length)
        } else {
            recorder.choiceEnded(.stop)
        }
        unfinished -= 1
        if unfinished == 0 { complete(now) }
    }

    private func complete(_ now: ContinuousClock.Instant) {
        let usage = Usage(
            promptTokens: promptTokens,
            completionTokens: choices.reduce(0) { $0 + $1.completionTokens },
            cachedTokens: cachedTokens.reduce(0, +))
        end()
        recorder.completed(usage, now)
        reader.completed(usage)
    }

    /// Gives out text and the tokens that it covers. A token after the cut of a stop string is
    /// left out; one without text goes with what surrounds it.
    private func send(_ text: String, isLast: Bool, _ index: Int) {
        let assembler = choices[index].assembler
        let holdsNothing = assembler.givenBytes == assembler.byteCount
        let ready = choices[index].waiting.prefix {
            $0.start < assembler.givenBytes || holdsNothing
        }
        let piece = TextPiece(text: text, tokens: ready.map(\.entry))
        choices[index].waiting.removeFirst(ready.count)
        if isLast { choices[index].waiting.removeAll() }
        if !piece.isEmpty { reader.piece(piece, choice: index) }
    }

    private func owe(_ index: Int, _ prompt: Int) {
        choices[index].owed += 1
        if !isSlow, choices[index].owed >= Self.creditBatch { returnCredit(index, prompt) }
    }

    private func returnCredit(_ index: Int, _ prompt: Int) {
        let tokens = choices[index].owed
        choices[index].owed = 0
        service.returnCredit(
            requests[prompt], choice: index % order.request.choices, tokens: tokens)
    }

    private func returnAllCredit() {
        guard !isEnded else { return }
        for index in choices.indices where choices[index].owed > 0 {
            let prompt = index / order.request.choices
            if prompt < requests.count { returnCredit(index, prompt) }
        }
    }

    private func clientLeft() {
        guard !isEnded else { return }
        cancelAll()
        end()
        recorder.failed(.cancelled)
    }

    private func fail(_ error: APIError) {
        exchange.notes.reason = error.code
        cancelAll()
        end()
        recorder.failed(error.kind)
        reader.failed(error)
    }

    private func cancelAll() {
        for request in requests { service.cancel(request) }
    }

    /// Lets go of everything that holds the stream.
    private func end() {
        isEnded = true
        if !choices.isEmpty {
            exchange.notes.generatedTokens = choices.reduce(0) {
                $0 + max($1.completionTokens, $1.assembler.tokenCount)
            }
        }
        exchange.notes.firstToken = recorder.timeToFirstToken
        for request in requests { sink.unregister(request) }
        permits.removeAll()
        held = []
        exchange.onCancel = nil
        exchange.onDrain = nil
    }
}
