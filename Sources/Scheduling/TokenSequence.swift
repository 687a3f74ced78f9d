import Generation

/// One choice of a request: the known tokens (the prompt and drawn ones), and how many of them are
/// computed, that is, have their keys and values in the cache.
struct TokenSequence: Sendable {
    enum State: Sendable, Equatable {
        /// The slot is empty.
        case free
        /// Has not begun; holds no block.
        case waiting
        /// Has begun and lost its blocks. It keeps the tokens it has drawn.
        case preempted
        /// Is admitted; may hold blocks.
        case running
    }

    var id: SequenceID
    var state = State.free
    /// The request, without its prompt; the prompt is the beginning of `tokens`.
    var request: GenerationRequest
    var choice = 0
    var tokens: [Int32] = []
    var promptCount = 0
    var computed = 0
    /// Tokens that the current step computes.
    var planned = 0
    /// A table for each group, all of one length; entries that the window has passed are -1.
    var tables: [[Int32]]
    /// For each table, how many leading entries the window has passed.
    var trimmed: [Int]
    /// How many full blocks are registered with the prefix cache, and the node of the last one.
    var registered = 0
    var chain = PrefixCache.root
    /// Becomes false when the cache had no room for another node.
    var mayRegister = true
    /// How many further choices start when this one's prompt has been computed.
    var forksPending = 0
    /// How many tokens may still be delivered before the reader takes some.
    var credit = unsentTokensMax
    /// Since when it has had no credit.
    var pausedSince: ContinuousClock.Instant?
    /// Whether it was preempted because its reader was behind.
    var hasYielded = false
    /// How many prompt tokens the cache had when the request came. It is looked up only for
    /// requests with a deadline.
    var expectedCached = 0
    /// How many prompt tokens came from the cache when it was first admitted.
    var cachedTokens = 0
    /// How many prompt positions have their log-probabilities computed.
    var promptLogprobsDone = 0
    var wasAdmitted = false
    var arrived: ContinuousClock.Instant
    /// The order of arrival, which decides between equal claims.
    var arrival: UInt64 = 0

    init(slot: Int, groups: Int, now: ContinuousClock.Instant) {
        arrived = now
        id = SequenceID(slot: Int32(slot), generation: 0)
        request = GenerationRequest(id: RequestID(rawValue: 0), prompt: [], tokensMax: 0)
        tables = [[Int32]](repeating: [], count: groups)
        trimmed = [Int](repeating: 0, count: groups)
    }

    var tableCount: Int { tables[0].count }
    /// How many known tokens are not computed.
    var gap: Int { tokens.count - computed }
    var drawn: Int { tokens.count - promptCount }
    var hasCredit: Bool { credit > 0 }
    /// Whether one pass ends it.
    var isSinglePass: Bool {
        request.kind != .generate || (request.tokensMax == 1 && request.choices == 1)
    }
    /// Whether it may use the prefix cache. Cached tokens have no logits, so their
    /// log-probabilities could not be reported.
    var mayAdopt: Bool { request.promptLogprobs == nil || promptLogprobsDone >= promptCount - 1 }
    var usage: Usage {
        Usage(promptTokens: promptCount, completionTokens: drawn, cachedTokens: cachedTokens)
    }

    /// When its first token is due; nil if there is no deadline.
    var due: ContinuousClock.Instant? {
        guard let first = request.firstTokenDeadline else { return request.deadline }
        return request.deadline.map { min($0, first) } ?? first
    }

    /// The prefix cache's key of a block of this sequence.
    func key(ofBlock index: Int, parent: Int32) -> PrefixCache.Key {
        var block = SIMD16<Int32>()
        for lane in 0..<blockTokens { block[lane] = tokens[index * blockTokens + lane] }
        let salt = parent == PrefixCache.root ? request.cacheSalt : 0
        return PrefixCache.Key(parent: parent, salt: salt, tokens: block)
    }

    /// Uses the slot for a request's first choice. Arrays keep their memory.
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

    /// Uses the slot for another choice of `first`'s request. The caller shares the blocks.
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

    /// Empties the tables after their blocks were released.
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

    /// Empties the slot. The sequence's id is never used again.
    mutating func end() {
        assert(tableCount == 0, "a sequence ends with blocks")
        state = .free
        request.shrink()
        tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 16)
        id = SequenceID(slot: id.slot, generation: id.generation &+ 1)
    }
}

extension GenerationRequest {
    /// Frees memory that is not needed any more.
    fileprivate mutating func shrink() {
        sampling.logitBias = [:]
        stopTokens = []
    }
}
