import Generation

/// The sequences that wait to be admitted, in lanes, so that the next one is found by examining
/// only the first of each lane.
struct WaitingQueue: Sendable {
    /// The sequences of one client, priority and kind. They go in the order of their arrival.
    struct Lane: Hashable, Sendable {
        let client: UInt64
        let priority: Int
        let isLong: Bool
        let isSinglePass: Bool
    }

    /// When a sequence's first token is due.
    struct Due: Sendable {
        let time: ContinuousClock.Instant
        let slot: Int
    }

    /// The slots of each lane, in the order of arrival. No lane is empty.
    private(set) var lanes: [Lane: [Int]] = [:]
    /// The sequences with a deadline, the earliest first.
    private(set) var dues: [Due] = []
    private(set) var count = 0
    /// The tokens of all waiting prompts.
    private(set) var tokens = 0
    private let shortPromptMax: Int

    init(shortPromptMax: Int) {
        self.shortPromptMax = shortPromptMax
    }

    var isEmpty: Bool { count == 0 }
    var slots: [Int] { lanes.values.flatMap { $0 } }
    var hasShort: Bool { lanes.keys.contains { !$0.isLong } }
    var isSinglePassOnly: Bool { lanes.keys.allSatisfy(\.isSinglePass) }

    func lane(of sequence: TokenSequence) -> Lane {
        Lane(
            client: sequence.request.fairnessKey, priority: sequence.request.priority,
            isLong: sequence.promptCount > shortPromptMax, isSinglePass: sequence.isSinglePass)
    }

    mutating func append(_ slot: Int, _ sequence: TokenSequence) {
        lanes[lane(of: sequence), default: []].append(slot)
        count += 1
        tokens += sequence.promptCount
        guard let due = sequence.due else { return }
        dues.insert(Due(time: due, slot: slot), at: firstDue { $0 > due })
    }

    mutating func remove(_ slot: Int, _ sequence: TokenSequence) {
        let lane = lane(of: sequence)
        guard var slots = lanes.removeValue(forKey: lane) else { return }
        slots.removeAll { $0 == slot }
        if !slots.isEmpty { lanes[lane] = slots }
        count -= 1
        tokens -= sequence.promptCount
        guard let due = sequence.due else { return }
        var index = firstDue { $0 >= due }
        while index < dues.count, dues[index].slot != slot { index += 1 }
        if index < dues.count { dues.remove(at: index) }
    }

    /// The first index whose time satisfies `condition`. All later times must satisfy it too.
    private func firstDue(where condition: (ContinuousClock.Instant) -> Bool) -> Int {
        var low = 0
        var high = dues.count
        while low < high {
            let middle = (low + high) / 2
            if condition(dues[middle].time) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
