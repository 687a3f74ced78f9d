import Generation

/// One choice of a request: tokens that are known (prompt and drawn ones) and how many of them are
/// computed, that is, have their keys and values in the cache.
struct TokenSequence: Sendable {
    enum State: Sendable, Equatable {
        /// The place is empty.
        case free
        /// Not begun; holds no block.
        case waiting
        /// Begun, then stripped of its blocks; what it has drawn stays.
        case preempted
        /// Admitted; may hold blocks.
        case running
    }

    var id: SequenceID
    var state = State.free
    /// Without its prompt, which is the beginning of `tokens`.
    var request: GenerationRequest
    var choice = 0
    var tokens: [Int32] = []
    var promptCount = 0
    var computed = 0
    /// Tokens that the step in flight computes.
    var planned = 0
    /// A table a group, all of one length; -1 behind the window.
    var tables: [[Int32]]
    /// Of each table, how many leading entries are behind the window.
    var trimmed: [Int]
    /// Full blocks that the prefix cache knows, and its node of the last of them.
    var registered = 0
    var chain = PrefixCache.root
    /// False once the cache had no room for another node.
    var mayRegister = true
    /// Choices that start when this one's prompt is computed.
    var forksPending = 0
    /// Tokens that may still be delivered before the reader takes some.
    var credit = unsentTokensMax
    /// Since when it has had no credit.
    var pausedSince: ContinuousClock.Instant?
    /// Whether it was preempted because its reader was behind.
    var hasYielded = false
    /// Prompt tokens that the cache had when the request came; looked up only for those that are
    /// due at some time.
    var expectedCached = 0
    /// Prompt tokens that came from the cache when it was first admitted.
    var cachedTokens = 0
    /// Prompt positions whose log-probabilities were planned and computed.
    var promptLogprobsDone = 0
    var wasAdmitted = false
    var arrived: ContinuousClock.Instant
    /// Orders waiting sequences of equal claims.
    var arrival: UInt64 = 0

    init(slot: Int, groups: Int, now: ContinuousClock.Instant) {
        arrived = now
        id = SequenceID(slot: Int32(slot), generation: 0)
        request = GenerationRequest(id: RequestID(rawValue: 0), prompt: [], tokensMax: 0)
        tables = [[Int32]](repeating: [], count: groups)
        trimmed = [Int](repeating: 0, count: groups)
    }

    var tableCount: Int { tables[0].count }
    /// Known tokens that are not computed.
    var gap: Int { tokens.count - computed }
    var drawn: Int { tokens.count - promptCount }
    var hasCredit: Bool { credit > 0 }
    /// One pass ends it.
    var isSinglePass: Bool {
        request.kind != .generate || (request.tokensMax == 1 && request.choices == 1)
    }
    /// Cached prompt tokens have no logits, so their log-probabilities could not be told.
    var mayAdopt: Bool { request.promptLogprobs == nil || promptLogprobsDone >= promptCount - 1 }
    var usage: Usage {
        Usage(promptTokens: promptCount, completionTokens: drawn, cachedTokens: cachedTokens)
    }

    /// When its first token is due, if ever.
    var due: ContinuousClock.Instant? {
        guard let first = request.firstTokenDeadline else { return request.deadline }
        return request.deadline.map { min($0, first) } ?? first
    }

    /// What the prefix cache calls a block of this sequence.
    func key(ofBlock index: Int, parent: Int32) -> PrefixCache.Key {
        var block = SIMD16<Int32>()
        for lane in 0..<blockTokens { block[lane] = tokens[index * blockTokens + lane] }
        let salt = parent == PrefixCache.root ? request.cacheSalt : 0
        return PrefixCache.Key(parent: parent, salt: salt, tokens: block)
    }

    /// Takes the place for a request's first choice; arrays keep their memory.
    mutating func begin(
        _ newRequest: GenerationRequest, now: ContinuousClock.Instant, arrival: UInt64
    ) {
        assert(state == .free && tableCount == 0)
        state = .waiting
        request = newRequest
        tokens.removeAll(keepingCapacity: true)
        tokens.append(contentsOf: newRequest.prompt)
        request.prompt = []
        promptCount = tokens.count
        choice = 0
        forksPending = newRequest.choices - 1
        arrived = now
        self.arrival = arrival
        startFresh()
    }

    /// Takes the place for another choice of `first`'s request; the blocks are shared by the caller.
    mutating func begin(choice: Int, of first: TokenSequence) {
        assert(state == .free && tableCount == 0)
        state = .running
        request = first.request
        tokens.removeAll(keepingCapacity: true)
        tokens.append(contentsOf: first.tokens[..<first.promptCount])
        promptCount = first.promptCount
        self.choice = choice
        forksPending = 0
        arrived = first.arrived
        arrival = first.arrival
        startFresh()
        cachedTokens = first.cachedTokens
        promptLogprobsDone = promptCount
        wasAdmitted = true
    }

    private mutating func startFresh() {
        computed = 0
        planned = 0
        credit = unsentTokensMax
        pausedSince = nil
        hasYielded = false
        cachedTokens = 0
        expectedCached = 0
        promptLogprobsDone = 0
        wasAdmitted = false
        mayRegister = true
    }

    /// Empties the tables after their blocks were given back.
    mutating func forgetBlocks() {
        for group in tables.indices {
            tables[group].removeAll(keepingCapacity: true)
            trimmed[group] = 0
        }
        computed = 0
        planned = 0
        registered = 0
        chain = PrefixCache.root
        mayRegister = true
    }

    /// Empties the place; its id is never used again.
    mutating func end() {
        assert(tableCount == 0, "a sequence ends with blocks")
        state = .free
        request.shrink()
        tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 16)
        id = SequenceID(slot: id.slot, generation: id.generation &+ 1)
    }
}

extension GenerationRequest {
    /// Drops what takes memory once nobody needs it.
    fileprivate mutating func shrink() {
        sampling.logitBias = [:]
        stopTokens = []
    }
}
