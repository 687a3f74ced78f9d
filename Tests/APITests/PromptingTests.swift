import API
import APITestSupport
import HTTP
import JSON
import Testing
import Threads

/// A codec that waits until a test opens the gate.
private struct GatedCodec: TextCodec {
    let gate = Mailbox<Bool>(capacity: 1)
    let vocabularySize = 256

    func encode(_ text: String, special: Bool) -> [Int32] {
        while !gate.isClosed { gate.wait() }
        return [1]
    }
    func decode(_ ids: [Int32], skipSpecial: Bool) -> String { "" }
    func bytes(of id: Int32) -> [UInt8] { [] }
    func makeDetokenizer(skipSpecial: Bool) -> any TextDetokenizer {
        TinyCodec().makeDetokenizer(skipSpecial: skipSpecial)
    }
}

@Suite struct PromptingTests {
    private func model(_ codec: any TextCodec) -> ModelDescription {
        ModelDescription(
            name: "m", created: 0, contextMax: 8, vocabularySize: 256, endTokens: [],
            template: TinyTemplate(), templateVariables: ["bos_token": "^", "name": "unused"],
            codec: codec, fingerprint: "f")
    }

    @Test("long texts wait for the tokenizer's thread in a bounded queue, then are refused")
    func bounded() throws {
        let prompting = try Prompting()
        let codec = GatedCodec()
        let port = MemoryPort()
        var (done, refused, sent) = (0, 0, 0)
        // The thread may have taken a full queue already, so twice as many fill it for certain.
        while refused == 0, sent < 2 * Prompting.waitingMax + 2 {
            sent += 1
            prompting.tokens(
                of: [.text("x", special: false)], for: model(codec),
                bytes: Prompting.inlineBytesMax + 1, port: port
            ) { result in
                switch result {
                case .success: done += 1
                case .failure(let error): refused += error.kind == .overloaded ? 1 : 0
                }
            }
        }
        #expect(refused == 1)
        #expect(done == 0)
        codec.gate.close()
        prompting.stop()
        port.run()
        #expect(done == sent - 1)
    }

    @Test("short texts are answered at once, on the caller's thread")
    func inline() throws {
        let prompting = try Prompting()
        defer { prompting.stop() }
        var prompts: [[Int32]]?
        prompting.tokens(
            of: [.tokens([7]), .text("a", special: true)], for: model(TinyCodec()),
            bytes: Prompting.inlineBytesMax, port: MemoryPort()
        ) { prompts = try? $0.get() }
        #expect(prompts == [[7], [256, 97]])
    }

    @Test("the request's variables go over the model's own")
    func variables() throws {
        let messages: JSONValue = [["role": "user", "content": "a"]]
        let plain = try Prompting.render(["messages": messages], model(TinyCodec()))
        #expect(plain == "^user: a\n")
        let over = try Prompting.render(
            ["messages": messages, "bos_token": "!"], model(TinyCodec()))
        #expect(over == "!user: a\n")
    }
}
