import Generation
import HTTP

/// What the native answers to generation have in common: who made them, and tokens as messages.
private struct Answerer {
    let id: String
    let model: ModelDescription
    let seed: UInt64
    /// The prompt's tokens, if they are shown.
    var prompt: [V1.Token]

    init(_ order: NativeOrder, _ call: Call) {
        id = call.request.requestID
        model = order.order.model.description
        seed = order.order.request.sampling.seed
        prompt = order.prompt
    }

    mutating func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int) {
        for (offset, logprobs) in logprobs.enumerated()
        where prompt.indices.contains(first + offset) {
            let id = Int32(clamping: prompt[first + offset].id)
            prompt[first + offset] = token(id, logprobs)
        }
    }

    func tokens(_ entries: [TokenEntry]) -> [V1.Token] {
        entries.map { token($0.id, $0.logprobs) }
    }

    func top(_ top: [Generation.TokenLogprob]) -> [V1.TokenLogprob] {
        top.map { entry in
            var alternative = V1.TokenLogprob()
            alternative.id = UInt32(clamping: entry.id)
            alternative.bytes = model.codec.bytes(of: entry.id)
            alternative.logprob = entry.logprob
            return alternative
        }
    }

    private func token(_ id: Int32, _ logprobs: TokenLogprobs?) -> V1.Token {
        var token = V1.Token(id, model)
        token.logprob = logprobs?.logprob
        token.top = top(logprobs?.top ?? [])
        return token
    }
}

extension V1.Token {
    init(_ id: Int32, _ model: ModelDescription) {
        self.init()
        self.id = UInt32(clamping: id)
        bytes = model.codec.bytes(of: id)
    }

    /// How many bytes the token and those beside it take in an answer, about.
    fileprivate var answerBytes: Int { 64 * (1 + top.count) }
}

/// Answers `Generate`.
final class WholeGeneration: TokenReader {
    private var answerer: Answerer
    private let refuse: (APIError) -> Void
    private let answer: (_ response: V1.GenerateResponse, _ bytes: Int) -> Void
    private var choices: [V1.Choice]

    /// `answer` takes the answer and about how long it will be.
    init(
        _ order: NativeOrder, _ call: Call, refuse: @escaping (APIError) -> Void,
        answer: @escaping (_ response: V1.GenerateResponse, _ bytes: Int) -> Void
    ) {
        answerer = Answerer(order, call)
        self.refuse = refuse
        self.answer = answer
        choices = (0..<order.order.request.choices).map { index in
            var choice = V1.Choice()
            choice.index = UInt32(clamping: index)
            return choice
        }
    }

    let isStreaming = false

    func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int, prompt: Int) {
        answerer.promptLogprobs(logprobs, first: first)
    }

    func piece(_ piece: TextPiece, choice: Int) {
        choices[choice].text += piece.text
        choices[choice].tokens += answerer.tokens(piece.tokens)
    }

    func ended(_ reason: EndReason, choice: Int) {
        choices[choice].finishReason = V1.FinishReason(reason)
    }

    func completed(_ usage: Usage) {
        var response = V1.GenerateResponse()
        response.id = answerer.id
        response.model = answerer.model.name
        response.fingerprint = answerer.model.fingerprint
        response.seed = answerer.seed
        response.choices = choices
        response.usage = V1.Usage(usage)
        response.prompt = answerer.prompt
        let texts = choices.reduce(0) { $0 + $1.text.utf8.count }
        let tokens = [answerer.prompt] + choices.map(\.tokens)
        answer(response, tokens.joined().reduce(texts) { $0 + $1.answerBytes })
    }

    func failed(_ error: APIError) { refuse(error) }
}

/// Answers `StreamGenerate`.
final class StreamedGeneration: TokenReader {
    private var answerer: Answerer
    private let reply: any StreamReply
    private var isStarted = false

    init(_ order: NativeOrder, _ call: Call, _ reply: any StreamReply) {
        answerer = Answerer(order, call)
        self.reply = reply
    }

    let isStreaming = true

    func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int, prompt: Int) {
        answerer.promptLogprobs(logprobs, first: first)
    }

    func piece(_ piece: TextPiece, choice: Int) {
        var delta = V1.StreamGenerateResponse.Delta()
        delta.index = UInt32(clamping: choice)
        delta.text = piece.text
        delta.tokens = answerer.tokens(piece.tokens)
        send { $0.delta = delta }
    }

    func ended(_ reason: EndReason, choice: Int) {
        var finished = V1.StreamGenerateResponse.Finished()
        finished.index = UInt32(clamping: choice)
        finished.finishReason = V1.FinishReason(reason)
        send { $0.finished = finished }
    }

    func completed(_ usage: Usage) {
        var completed = V1.StreamGenerateResponse.Completed()
        completed.usage = V1.Usage(usage)
        send { $0.completed = completed }
        reply.finish()
    }

    func failed(_ error: APIError) { reply.fail(error) }

    /// Sends one event, and before the first one `started`: by then the prompt's log-probabilities
    /// are all here.
    private func send(bytes: Int = 0, _ set: (inout V1.StreamGenerateResponse) -> Void) {
        if !isStarted {
            isStarted = true
            var started = V1.StreamGenerateResponse.Started()
            started.id = answerer.id
            started.model = answerer.model.name
            started.fingerprint = answerer.model.fingerprint
            started.seed = answerer.seed
            started.prompt = answerer.prompt
            let bytes = answerer.prompt.reduce(0) { $0 + $1.answerBytes }
            answerer.prompt = []
            send(bytes: bytes) { $0.started = started }
        }
        var message = V1.StreamGenerateResponse()
        set(&message)
        reply.send(message, bytes: bytes)
    }
}

/// Answers `Forward`.
final class ForwardPassAnswer: TokenReader {
    private var answerer: Answerer
    private let refuse: (APIError) -> Void
    private let answer: (_ response: V1.ForwardResponse, _ bytes: Int) -> Void
    private var next: [V1.TokenLogprob] = []

    /// `answer` takes the answer and about how long it will be.
    init(
        _ order: NativeOrder, _ call: Call, refuse: @escaping (APIError) -> Void,
        answer: @escaping (_ response: V1.ForwardResponse, _ bytes: Int) -> Void
    ) {
        answerer = Answerer(order, call)
        self.refuse = refuse
        self.answer = answer
    }

    let isStreaming = false

    func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int, prompt: Int) {
        answerer.promptLogprobs(logprobs, first: first)
    }

    func forward(_ top: [Generation.TokenLogprob], prompt: Int) { next = answerer.top(top) }

    func piece(_ piece: TextPiece, choice: Int) {}

    func ended(_ reason: EndReason, choice: Int) {}

    func completed(_ usage: Usage) {
        var response = V1.ForwardResponse()
        response.id = answerer.id
        response.model = answerer.model.name
        response.fingerprint = answerer.model.fingerprint
        response.next = next
        response.usage = V1.Usage(usage)
        response.prompt = answerer.prompt
        answer(response, answerer.prompt.reduce(0) { $0 + $1.answerBytes })
    }

    func failed(_ error: APIError) { refuse(error) }
}

extension V1.FinishReason {
    init(_ reason: EndReason) {
        switch reason {
        case .stop: self = .stop
        case .length: self = .length
        }
    }
}

extension V1.Usage {
    init(_ usage: Generation.Usage) {
        self.init()
        promptTokens = UInt32(clamping: usage.promptTokens)
        completionTokens = UInt32(clamping: usage.completionTokens)
        cachedTokens = UInt32(clamping: usage.cachedTokens)
    }
}
