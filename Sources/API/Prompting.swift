package import HTTP
package import JSON
package import Threads

/// Where a prompt's tokens come from.
package enum PromptSource: Sendable {
    case tokens([Int32])
    /// `special` adds the tokens that the tokenizer puts around a text.
    case text(String, special: Bool)
    /// The template's variables (`messages`, `tools`, `add_generation_prompt` and others), to which
    /// the model's own are added. The template writes special tokens itself, hence `special` is
    /// mostly false.
    case chat(JSONObject, special: Bool)
}

/// Makes tokens of prompts: template, then tokenizer. Long texts are worked on by a thread of their
/// own, so that an I/O thread is never held up for long.
package final class Prompting: Sendable {
    /// Texts longer than this, in bytes, go to the tokenizer's thread.
    package static let inlineBytesMax = 16 << 10
    /// How many long texts wait for the tokenizer's thread at most.
    package static let waitingMax = 256

    private let mailbox: Mailbox<@Sendable () -> Void>
    private let thread: Thread

    /// Starts the tokenizer's thread.
    package init() throws(ThreadError) {
        let mailbox = Mailbox<@Sendable () -> Void>(capacity: Self.waitingMax)
        self.mailbox = mailbox
        // Templates and tokenizers recurse; the pages of a deep stack cost nothing until used.
        thread = try Thread(name: "tokenizer", stackBytes: 8 << 20) {
            var jobs: [@Sendable () -> Void] = []
            while true {
                mailbox.wait()
                // Read before draining: what was posted before the close is still done.
                let isClosed = mailbox.isClosed
                mailbox.drain(into: &jobs)
                for job in jobs { job() }
                if isClosed { return }
            }
        }
    }

    /// Ends the thread after the work it has.
    package func stop() {
        mailbox.close()
        thread.join()
    }

    /// Makes the prompts' tokens and hands them to `then`, on the port's I/O thread, from which this
    /// is called: at once when the texts are short, later otherwise. `bytes` bounds the texts.
    package func tokens(
        of sources: [PromptSource], for model: ModelDescription, bytes: Int, port: any LoopPort,
        then: @escaping (Result<[[Int32]], APIError>) -> Void
    ) {
        if bytes <= Self.inlineBytesMax {
            then(Self.encode(sources, model))
            return
        }
        // `then` is carried to the tokenizer's thread and back, and called on the port's only.
        let answer = LoopBound(then)
        let posted = mailbox.post {
            let result = Self.encode(sources, model)
            port.execute { answer.value(result) }
        }
        if !posted {
            then(
                .failure(
                    APIError(
                        .overloaded,
                        "too many long prompts wait for the tokenizer; try again soon")))
        }
    }

    private static func encode(
        _ sources: [PromptSource], _ model: ModelDescription
    ) -> Result<[[Int32]], APIError> {
        var prompts: [[Int32]] = []
        for source in sources {
            do throws(APIError) {
                prompts.append(try encode(source, model))
            } catch {
                return .failure(error)
            }
        }
        return .success(prompts)
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
