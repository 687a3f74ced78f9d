import Generation
import TestSupport

/// What clients do, determined by a seed.
struct Traffic {
    /// What a client does after it has sent its request.
    enum Reader { case prompt, slow, never }

    struct Client {
        var request: GenerationRequest
        var arrives: Duration
        var cancels: Duration?
        var reader = Reader.prompt
        var isFaulty = false
    }

    var clients: [Client] = []

    /// Bursts of all kinds of requests over some seconds.
    static func wild(
        seed: UInt64, count: Int, contextMax: Int, start: ContinuousClock.Instant
    ) -> Traffic {
        var random = SplitMix(seed: seed)
        var traffic = Traffic()
        let shared = (0..<3).map { _ in
            tokens(Int.random(in: 1...max(1, contextMax / 2), using: &random), &random)
        }
        var time = Duration.zero
        for index in 0..<count {
            if random.chance(0.3) {
                time += .milliseconds(Int.random(in: 0...400, using: &random))
            }
            var prompt = random.chance(0.6) ? shared[index % shared.count] : []
            prompt += tokens(Int.random(in: 1...max(1, contextMax / 3), using: &random), &random)
            prompt = Array(prompt.prefix(contextMax - 1))
            var request = GenerationRequest(
                id: RequestID(rawValue: UInt64(index) + 1), prompt: prompt,
                sampling: SamplingParameters(seed: UInt64(index)),
                tokensMax: Int.random(in: 1...contextMax, using: &random))
            decorate(&request, start + time, &random)
            var client = Client(request: request, arrives: time)
            if random.chance(0.15) {
                client.cancels = time + .milliseconds(Int.random(in: 0...3000, using: &random))
            }
            if random.chance(0.2) { client.reader = random.chance(0.3) ? .never : .slow }
            client.isFaulty = random.chance(0.03)
            traffic.clients.append(client)
        }
        return traffic
    }

    private static func decorate(
        _ request: inout GenerationRequest, _ now: ContinuousClock.Instant,
        _ random: inout SplitMix
    ) {
        if random.chance(0.5) { request.stopTokens = [SimulatedModel.stopToken] }
        if random.chance(0.2) { request.tokensMin = min(request.tokensMax, 20) }
        if random.chance(0.25) { request.choices = Int.random(in: 2...4, using: &random) }
        if random.chance(0.1) { request.promptLogprobs = 1 }
        if random.chance(0.15) {
            request.kind = .forward
            request.choices = 1
        }
        request.priority = random.chance(0.2) ? Int.random(in: -1...1, using: &random) : 0
        request.fairnessKey = UInt64.random(in: 0...3, using: &random)
        request.cacheSalt = random.chance(0.2) ? 99 : 0
        if random.chance(0.15) {
            request.deadline = now + .milliseconds(Int.random(in: 1...4000, using: &random))
        }
        if random.chance(0.1) {
            request.firstTokenDeadline =
                now + .milliseconds(Int.random(in: 1...1000, using: &random))
        }
    }

    static func tokens(_ count: Int, _ random: inout SplitMix) -> [Int32] {
        (0..<count).map { _ in
            Int32.random(in: 0..<Int32(SimulatedModel.vocabulary), using: &random)
        }
    }
}
