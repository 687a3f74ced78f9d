import JSON

/// Reads a response's body as it comes, streamed (server-sent events) or whole, and keeps what the
/// report needs. It does no I/O: the caller passes bytes and the time they came.
struct AnswerReader {
    /// When pieces of text came, with an entry for each piece that is not empty.
    private(set) var chunkTimes: [ContinuousClock.Instant] = []
    private(set) var promptTokens: Int?
    private(set) var completionTokens: Int?
    /// The error that the server reported in a response of status 200.
    private(set) var error: String?
    private(set) var isDone = false
    private let isStream: Bool
    private var pending: [UInt8] = []

    /// The most bytes kept of a stream's line, or of a whole response.
    static let bytesMax = 64 * 1024 * 1024

    init(isStream: Bool) { self.isStream = isStream }

    mutating func receive(_ bytes: [UInt8], at time: ContinuousClock.Instant) {
        guard error == nil else { return }
        guard pending.count + bytes.count <= Self.bytesMax else {
            error = "an answer of more than \(Self.bytesMax) bytes"
            return
        }
        guard isStream else {
            pending += bytes
            return
        }
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            pending += bytes[start..<end]
            if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
            line(pending, at: time)
            pending.removeAll(keepingCapacity: true)
            start = end + 1
        }
        pending += bytes[start...]
    }

    /// Called when the body is complete.
    mutating func finish(at time: ContinuousClock.Instant) {
        guard error == nil else { return }
        if isStream {
            if !pending.isEmpty { line(pending, at: time) }
            if !isDone && error == nil { error = "the stream ended without [DONE]" }
        } else {
            take(pending, at: time)
        }
        pending = []
        if chunkTimes.isEmpty && error == nil { error = "no content" }
    }

    private mutating func line(_ line: [UInt8], at time: ContinuousClock.Instant) {
        guard line.starts(with: "data:".utf8) else { return }
        var data = line.dropFirst("data:".utf8.count)
        if data.first == UInt8(ascii: " ") { data = data.dropFirst() }
        if data.elementsEqual("[DONE]".utf8) {
            isDone = true
            return
        }
        take(Array(data), at: time)
    }

    private mutating func take(_ json: [UInt8], at time: ContinuousClock.Instant) {
        let value: JSONValue
        do {
            value = try JSONParser.parse(json)
        } catch {
            self.error = "the answer is not JSON: \(error)"
            return
        }
        if let problem = value["error"], !problem.isNull {
            error = problem["message"]?.stringValue ?? JSONWriter.string(problem)
            return
        }
        if let usage = value["usage"], !usage.isNull {
            promptTokens = usage["prompt_tokens"]?.integerValue ?? promptTokens
            completionTokens = usage["completion_tokens"]?.integerValue ?? completionTokens
        }
        guard let choice = value["choices"]?[0] else { return }
        let message = choice["delta"] ?? choice["message"]
        let texts = [choice["text"], message?["content"], message?["reasoning_content"]]
        if texts.contains(where: { $0?.stringValue?.isEmpty == false }) { chunkTimes.append(time) }
    }
}
