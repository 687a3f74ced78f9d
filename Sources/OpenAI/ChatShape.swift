import API
import Generation
import JSON

/// `chat.completion` and `chat.completion.chunk`
/// (https://platform.openai.com/docs/api-reference/chat/object).
struct ChatShape: ReplyShape {
    let idPrefix = "chatcmpl-"
    let object = "chat.completion"
    let chunkObject = "chat.completion.chunk"
    let codec: any TextCodec
    let showsLogprobs: Bool

    func opening(_ index: Int) -> JSONValue? {
        chunk(index, ["role": "assistant", "content": ""], .null, .null)
    }

    func delta(_ index: Int, _ piece: TextPiece) -> JSONValue {
        chunk(index, ["content": .string(piece.text)], logprobs(piece.tokens), .null)
    }

    func ending(_ index: Int, _ reason: EndReason) -> JSONValue {
        chunk(index, [:], .null, reason.word)
    }

    func whole(_ index: Int, _ piece: TextPiece, _ reason: EndReason) -> JSONValue {
        [
            "index": .integer(Int64(index)),
            "message": [
                "role": "assistant", "content": .string(piece.text), "refusal": .null,
            ],
            "logprobs": logprobs(piece.tokens), "finish_reason": reason.word,
        ]
    }

    mutating func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int, prompt: Int) {}
    func preface(_ index: Int) -> TextPiece? { nil }

    private func chunk(
        _ index: Int, _ delta: JSONValue, _ logprobs: JSONValue, _ reason: JSONValue
    ) -> JSONValue {
        [
            "index": .integer(Int64(index)), "delta": delta, "logprobs": logprobs,
            "finish_reason": reason,
        ]
    }

    private func logprobs(_ tokens: [TokenEntry]) -> JSONValue {
        guard showsLogprobs else { return .null }
        let content = tokens.compactMap { entry -> JSONValue? in
            guard let logprobs = entry.logprobs else { return nil }
            var object = self.token(logprobs.id, logprobs.logprob)
            object["top_logprobs"] = .array(
                logprobs.top.map { .object(self.token($0.id, $0.logprob)) })
            return .object(object)
        }
        return ["content": .array(content), "refusal": .null]
    }

    /// A token need not be whole characters: `bytes` is what it is, `token` as near as text comes.
    private func token(_ id: Int32, _ logprob: Float) -> JSONObject {
        let bytes = codec.bytes(of: id)
        return [
            "token": .string(String(decoding: bytes, as: UTF8.self)),
            "logprob": .logprob(logprob),
            "bytes": .array(bytes.map { .integer(Int64($0)) }),
        ]
    }
}
