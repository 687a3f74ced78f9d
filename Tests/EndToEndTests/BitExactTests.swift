import Generation
import Inference
import Scheduling
import TestSupport
import Testing

/// INT8 runs give a sequence the same bits, whatever else runs, however its prompt is cut, on any
/// number of threads and with any instruction set.
@Suite("bit-exactness", .serialized) struct BitExactTests {
    /// The bits of every logit of a sequence whose tokens come in pieces of these sizes, over and over.
    private func logits(
        _ tokens: [Int32], pieces: [Int], _ form: TinyModel.Form
    ) throws -> [[UInt32]] {
        let model = try TinyModel.load(form)
        defer { model.stop() }
        let runner = SequenceRunner(model)
        var rows: [[UInt32]] = []
        var done = 0
        var turn = 0
        while done < tokens.count {
            let count = min(pieces[turn % pieces.count], tokens.count - done)
            try runner.append(tokens[done..<done + count], allLogits: true) { _, row in
                rows.append(row.map(\.bitPattern))
            }
            done += count
            turn += 1
        }
        return rows
    }

    @Test("logits do not depend on chunks, threads or instructions", arguments: TinyModel.forms)
    func chunks(form: TinyModel.Form) throws {
        var numbers = SplitMix(seed: 1)
        let tokens = numbers.tokens(150)
        let expected = try logits(tokens, pieces: [1], TinyModel.Form())
        #expect(expected.count == tokens.count)
        for pieces in [[1000], [1], [7, 1, 33, 16], [64, 2]] {
            let found = try logits(tokens, pieces: pieces, form)
            let first = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }
            #expect(
                found == expected, "pieces \(pieces): first at position \(first?.offset ?? -1)")
        }
    }

    /// The sequence's most likely continuation, token by token and alone.
    private func greedy(_ prompt: [Int32], count: Int) throws -> [Int32] {
        let model = try TinyModel.load(TinyModel.Form())
        defer { model.stop() }
        let runner = SequenceRunner(model)
        var tokens: [Int32] = []
        var next = prompt
        while tokens.count < count {
            var best: Int32 = 0
            try runner.append(next, allLogits: false) { _, row in
                for id in row.indices where row[id] > row[Int(best)] { best = Int32(id) }
            }
            tokens.append(best)
            next = [best]
        }
        return tokens
    }

    @Test("the engine draws what the model says, greedily") func engineAgainstRunner() throws {
        var numbers = SplitMix(seed: 2)
        let engine = try Engine(
            try TinyModel.load(TinyModel.fast), name: "tiny", limits: SchedulerLimits())
        defer { engine.stop() }
        let client = EngineClient(engine)
        let prompts = (0..<6).map { _ in numbers.tokens(Int.random(in: 1...90, using: &numbers)) }
        let requests = prompts.map {
            GenerationRequest(
                prompt: $0, sampling: SamplingParameters(temperature: 0), tokensMax: 20)
        }
        for request in requests { try client.submit(request) }
        client.finish()
        for request in requests {
            let answer = try #require(client.answer(request.id))
            #expect(answer.choices[0].tokens == (try greedy(request.prompt, count: 20)))
        }
    }

    /// Requests of all kinds; some have equal beginnings.
    private func traffic(_ numbers: inout SplitMix) -> [GenerationRequest] {
        let shared = numbers.tokens(48)
        return (0..<14).map { index in
            let beginning = shared.prefix(Int.random(in: 0...48, using: &numbers))
            let own = numbers.tokens(Int.random(in: 1...40, using: &numbers))
            let prompt = index.isMultiple(of: 2) ? beginning + own : own[...]
            var sampling = SamplingParameters(temperature: 0)
            if index % 3 == 2 {
                sampling = SamplingParameters(
                    temperature: 1.1, topK: 40, topP: 0.95, repetitionPenalty: 1.1,
                    seed: UInt64(index))
            }
            return GenerationRequest(
                prompt: Array(prompt), sampling: sampling,
                tokensMax: Int.random(in: 1...90, using: &numbers), stopTokens: [300],
                choices: index % 5 == 4 ? 3 : 1, logprobs: 3)
        }
    }

    /// The answers to the requests, each asked alone, on one thread of the scalar kernels, with
    /// nothing cached.
    private func alone(_ requests: [GenerationRequest]) throws -> [Answer] {
        var limits = SchedulerLimits()
        limits.sharesPrefixes = false
        let engine = try Engine(
            try TinyModel.load(TinyModel.Form()), name: "tiny", limits: limits)
        defer { engine.stop() }
        let client = EngineClient(engine)
        return try requests.map { try client.run($0).essence }
    }

    /// Limits that cut prompts into odd chunks, and sometimes a cache so small that sequences are
    /// preempted.
    private func engine(_ form: TinyModel.Form, _ numbers: inout SplitMix) throws -> Engine {
        var form = form
        form.stepTokens = [40, 64, 128, 200].randomElement(using: &numbers) ?? 64
        form.cacheTokens = [576, 640, 4096].randomElement(using: &numbers) ?? 640
        var limits = SchedulerLimits()
        limits.sequencesMax = [3, 12, 24].randomElement(using: &numbers) ?? 8
        limits.chunkTokensMin = [4, 16].randomElement(using: &numbers) ?? 16
        limits.longPrefillsMax = 4
        limits.shortPromptMax = 32
        return try Engine(try TinyModel.load(form), name: "tiny", limits: limits)
    }

    @Test("any schedule gives the answers of each request alone", arguments: 0..<8)
    func schedules(seed: Int) throws {
        var numbers = SplitMix(seed: UInt64(seed))
        let requests = traffic(&numbers)
        let expected = try alone(requests)
        for form in TinyModel.forms {
            let engine = try engine(form, &numbers)
            defer { engine.stop() }
            let client = EngineClient(engine)
            // Other requests come and go meanwhile.
            var strangers: [RequestID] = []
            var ids: [RequestID] = []
            for var request in requests.shuffled(using: &numbers) {
                request.id = .next()
                try client.submit(request)
                ids.append(request.id)
                if Bool.random(using: &numbers) {
                    let stranger = GenerationRequest(
                        prompt: numbers.tokens(50), sampling: SamplingParameters(temperature: 0),
                        tokensMax: 100)
                    try client.submit(stranger)
                    strangers.append(stranger.id)
                }
                client.wait(tokens: Int.random(in: 0...6, using: &numbers))
                if Int.random(in: 0..<3, using: &numbers) == 0, let id = strangers.popLast() {
                    engine.cancel(id)
                }
            }
            for id in strangers { engine.cancel(id) }
            client.finish()
            let found = Set(ids.compactMap { client.answer($0)?.essence.description })
            let wanted = Set(expected.map(\.description))
            #expect(found == wanted, "\(form.testDescription), seed \(seed)")
        }
    }

    @Test("a prompt from the cache has the bits of a computed one") func cachedPrefix() throws {
        var numbers = SplitMix(seed: 4)
        let engine = try Engine(
            try TinyModel.load(TinyModel.fast), name: "tiny", limits: SchedulerLimits())
        defer { engine.stop() }
        let client = EngineClient(engine)
        var request = GenerationRequest(
            prompt: numbers.tokens(100), sampling: SamplingParameters(temperature: 0),
            tokensMax: 12, logprobs: 8)
        let first = try client.run(request)
        request.id = .next()
        let second = try client.run(request)
        #expect(first.cachedTokens == 0)
        #expect(second.cachedTokens >= 80)
        #expect(first.essence == second.essence)
    }

    @Test("cancelled requests give their blocks back and end") func cancelled() throws {
        var numbers = SplitMix(seed: 5)
        let engine = try Engine(
            try TinyModel.load(TinyModel.fast), name: "tiny", limits: SchedulerLimits())
        let client = EngineClient(engine)
        let requests = (0..<12).map { _ in
            GenerationRequest(
                prompt: numbers.tokens(40), sampling: SamplingParameters(temperature: 0),
                tokensMax: 800)
        }
        for request in requests { try client.submit(request) }
        client.wait(tokens: 30)
        for request in requests { engine.cancel(request.id) }
        client.finish()
        for request in requests {
            #expect(client.answer(request.id)?.choices.first?.reason == .cancelled)
        }
        engine.stop()
        #expect(engine.schedulerFigures.blocksUsed == 0)
        #expect(engine.schedulerFigures.runningSequences == 0)
        #expect(engine.schedulerFigures.waitingRequests == 0)
    }
}

extension Answer: CustomStringConvertible {
    /// All values, floats by their bits, to compare sets of answers.
    var description: String {
        choices.map { choice in
            let logprobs = choice.logprobs.map { entry in
                guard let entry else { return "none" }
                let top = entry.top.map { "\($0.id):\($0.logprob.bitPattern)" }
                return "\(entry.logprob.bitPattern) \(top)"
            }
            return "\(choice.tokens) \(logprobs) \(String(describing: choice.reason))"
        }.joined(separator: "; ") + String(describing: failure)
    }
}
