import API
import Generation
import HTTP
import JSON

/// Answers in server-sent events, as tokens come. Nothing is sent before the first of them, so that
/// a request that fails earlier still gets its status.
final class StreamingReply<Shape: ReplyShape>: TokenReader {
    private var shape: Shape
    /// What every chunk begins with; written once, since a chunk is made for every token.
    private let opening: [UInt8]
    private let call: Call
    private let answer: OrderedAnswer
    private let includesUsage: Bool
    private var isStarted = false
    /// Choices whose first chunk is out.
    private var opened: Set<Int> = []

    init(
        _ shape: Shape, _ envelope: Envelope, _ call: Call, _ prompting: Prompting,
        includesUsage: Bool
    ) {
        self.shape = shape
        opening = envelope.opening(object: shape.chunkObject)
        self.call = call
        answer = OrderedAnswer(call, prompting)
        self.includesUsage = includesUsage
    }

    let isStreaming = true

    func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int, prompt: Int) {
        shape.promptLogprobs(logprobs, first: first, prompt: prompt)
    }

    func piece(_ piece: TextPiece, choice: Int) {
        open(choice)
        send(shape.delta(choice, piece))
    }

    func ended(_ reason: EndReason, choice: Int) {
        open(choice)
        send(shape.ending(choice, reason))
    }

    func completed(_ usage: Usage) {
        if includesUsage { send(nil, usage: usage.json) }
        answer.write(ServerSentEvents.done)
        answer.finish()
    }

    func failed(_ error: APIError) {
        guard isStarted else { return call.fail(error) }
        // The status is long gone; clients look for `error` in what they read.
        let body = JSONWriter.bytes(error.json(requestID: call.request.requestID))
        answer.write(ServerSentEvents.encode(body) + ServerSentEvents.done)
        answer.finish()
    }

    private func open(_ choice: Int) {
        guard opened.insert(choice).inserted else { return }
        if let opening = shape.opening(choice) { send(opening) }
        if let preface = shape.preface(choice), !preface.isEmpty {
            start()
            let (shape, opening, includesUsage) = (shape, opening, includesUsage)
            answer.write(bytes: preface.answerBytes) {
                Self.chunk(opening, shape.delta(choice, preface), .null, includesUsage)
            }
        }
    }

    /// Sends a chunk of one choice, or of none.
    private func send(_ choice: JSONValue?, usage: JSONValue = .null) {
        start()
        answer.write(Self.chunk(opening, choice, usage, includesUsage))
    }

    private func start() {
        guard !isStarted else { return }
        isStarted = true
        call.exchange.start(status: 200, headers: ServerSentEvents.headers)
    }

    private static func chunk(
        _ opening: [UInt8], _ choice: JSONValue?, _ usage: JSONValue, _ includesUsage: Bool
    ) -> [UInt8] {
        var message = opening
        if let choice { JSONWriter.append(choice, to: &message) }
        Envelope.close(&message, usage: includesUsage ? .some(usage) : .none)
        return ServerSentEvents.encode(message)
    }
}

extension TextPiece {
    /// About how many bytes it takes in an answer.
    fileprivate var answerBytes: Int {
        tokens.reduce(text.utf8.count) { $0 + 64 * (1 + ($1.logprobs?.top.count ?? 0)) }
    }
}

/// Answers once, when everything is there.
final class WholeReply<Shape: ReplyShape>: TokenReader {
    private var shape: Shape
    private let envelope: Envelope
    private let call: Call
    private let prompting: Prompting
    private var pieces: [TextPiece]
    private var reasons: [EndReason]

    /// `count`: prompts times choices.
    init(
        _ shape: Shape, _ envelope: Envelope, _ call: Call, _ prompting: Prompting, count: Int
    ) {
        self.shape = shape
        self.envelope = envelope
        self.call = call
        self.prompting = prompting
        pieces = Array(repeating: TextPiece(text: "", tokens: []), count: count)
        reasons = Array(repeating: .length, count: count)
    }

    let isStreaming = false

    func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int, prompt: Int) {
        shape.promptLogprobs(logprobs, first: first, prompt: prompt)
    }

    func piece(_ piece: TextPiece, choice: Int) {
        pieces[choice].text += piece.text
        pieces[choice].tokens += piece.tokens
    }

    func ended(_ reason: EndReason, choice: Int) { reasons[choice] = reason }

    func completed(_ usage: Usage) {
        let (shape, envelope, reasons) = (shape, envelope, reasons)
        let gathered = pieces
        prompting.write(for: call, bytes: bytes) {
            let choices = gathered.indices.map { index in
                var piece = gathered[index]
                if let preface = shape.preface(index) {
                    piece.text = preface.text + piece.text
                    piece.tokens = preface.tokens + piece.tokens
                }
                return shape.whole(index, piece, reasons[index])
            }
            var message = envelope.message(object: shape.object, choices: choices)
            message["usage"] = usage.json
            return JSONWriter.bytes(.object(message))
        } then: { [call] bytes in
            call.exchange.respond(.json(200, bytes))
        }
    }

    /// About how many bytes the answer will have.
    private var bytes: Int {
        pieces.indices.reduce(0) { sum, index in
            sum + pieces[index].answerBytes + (shape.preface(index)?.answerBytes ?? 0)
        }
    }

    func failed(_ error: APIError) { call.fail(error) }
}
