import API
import Architectures
import ArgumentParser
import Compute
import Generation
import Inference
import JSON
import Models
import Sampling
import Serving
import Tokenization

/// Answers one prompt in the terminal.
struct Generate: ParsableCommand, ReadsFiles {
    static let configuration = CommandConfiguration(
        abstract: "Answers a prompt, streamed to the terminal.",
        discussion: """
            The prompt is put into the model's chat template unless --raw is given. Figures go to \
            standard error.

            EXAMPLE
              switchyard generate --model models/tiny "What is the capital of France?"
            """)

    @OptionGroup var path: ModelPath
    @OptionGroup var compute: ComputeArguments
    @OptionGroup var cache: CacheArguments
    @Argument(help: "The prompt.") var prompt: String
    @Flag(help: "Continue the text as it is, without the chat template.") var raw = false
    @Option("Tokens to generate at most.", .number(1...1 << 24))
    var maxTokens = 512
    @Option("Randomness; 0 takes the most likely token.", .number(0...100))
    var temperature: Float = 0
    @Option("Draw from the smallest set of tokens with this probability.", .share)
    var topP: Float = 1
    @Option("Makes random answers repeatable.", .number(0...UInt64.max))
    var seed: UInt64 = 0

    var inputs: [String?] { [path.model] + compute.inputs }

    func run() throws {
        var (source, options) = try ModelOpening(compute: compute, cache: cache).open(path)
        guard let tokenizer = try source.tokenizer() else {
            throw CommandError("\(path.model): has no tokenizer")
        }
        options.contextMax = try compute.context ?? defaultContext(source)
        options.logitRowsMax = 1
        let model = try LoadedModel(source, options, cacheTokens: options.contextMax)
        defer { model.stop() }
        let description = try ModelDescription(
            source, tokenizer, name: source.name, created: 0, contextMax: model.contextMax,
            vocabularySize: model.shape.vocabulary, fingerprint: "")
        try answer(try promptTokens(description, tokenizer), description, tokenizer, model)
    }

    /// A single answer needs no more, and the cache for it is reserved.
    private func defaultContext(_ source: ModelSource) throws -> Int? {
        source.configuration["max_position_embeddings"]?.integerValue.map { min($0, 8192) }
    }

    private func promptTokens(_ description: ModelDescription, _ tokenizer: Tokenizer) throws
        -> [Int32]
    {
        if raw { return tokenizer.encode(prompt, special: true) }
        guard let template = description.template else {
            throw CommandError("\(path.model): has no chat template; use --raw")
        }
        var variables = description.templateVariables
        variables["messages"] = [["role": "user", "content": .string(prompt)]]
        variables["add_generation_prompt"] = true
        return tokenizer.encode(try template.prompt(variables), special: false)
    }

    private func answer(
        _ tokens: [Int32], _ description: ModelDescription, _ tokenizer: Tokenizer,
        _ model: LoadedModel
    ) throws {
        guard !tokens.isEmpty else { throw CommandError("the prompt is empty") }
        guard tokens.count < model.contextMax else {
            throw CommandError(
                "the prompt has \(tokens.count) tokens; the context is \(model.contextMax)")
        }
        let sampling = SamplingParameters(temperature: temperature, topP: topP, seed: seed)
        try sampling.validate(vocabularySize: model.shape.vocabulary)
        let clock = ContinuousClock()
        let runner = SequenceRunner(model)
        var sampler = Sampler(
            vocabularySize: model.shape.vocabulary, isa: compute.cpuIsa)
        var text = tokenizer.detokenizer(skipSpecial: true)
        var drawn: [Int32] = []
        var next: Int32?
        func draw(_ chunk: [Int32], at position: Int) throws {
            try runner.append(chunk, allLogits: false) { _, row in
                var row = row
                var span = row.mutableSpan
                next =
                    sampler.draw(
                        &span, SamplingPlan(parameters: sampling, choice: 0, position: position))?
                    .id
            }
        }
        let start = clock.now
        try draw(tokens, at: tokens.count)
        let first = clock.now
        while let id = next, !description.endTokens.contains(id) {
            drawn.append(id)
            StandardOutput.write(text.append(id))
            if drawn.count >= maxTokens || tokens.count + drawn.count >= model.contextMax { break }
            try draw([id], at: tokens.count + drawn.count)
        }
        StandardOutput.write(text.finish() + "\n")
        report(tokens.count, drawn.count, first - start, clock.now - first, model)
    }

    private func report(
        _ prompt: Int, _ answer: Int, _ prefill: Duration, _ decode: Duration, _ model: LoadedModel
    ) {
        func rate(_ count: Int, _ duration: Duration) -> String {
            let seconds = duration / .seconds(1)
            return seconds > 0 ? "\((Double(count) / seconds * 10).rounded() / 10) tokens/s" : "-"
        }
        StandardError.line(
            "\(prompt) prompt tokens, \(rate(prompt, prefill)); \(answer) tokens, "
                + "\(rate(max(answer - 1, 0), decode)); "
                + model.backend.description)
    }
}
