package import Generation

/// The tokens that occurred in a sequence, for penalties: which ones, whether in the prompt, and
/// how often in the output.
package struct TokenHistory: Sendable {
    /// One token that occurred.
    struct Entry: Sendable, Equatable {
        var id: Int32
        /// Occurrences in the output.
        var drawn: Int32
    }

    private(set) var entries: [Entry] = []
    private var index: [Int32: Int] = [:]

    /// The history of a sequence with this prompt that has drawn `output`.
    package init(prompt: some Sequence<Int32>, output: some Sequence<Int32> = []) {
        for id in prompt { _ = place(of: id) }
        for id in output { append(id) }
    }

    /// Notes a drawn token.
    package mutating func append(_ id: Int32) {
        let place = place(of: id)
        entries[place].drawn += 1
    }

    private mutating func place(of id: Int32) -> Int {
        if let place = index[id] { return place }
        let place = entries.count
        index[id] = place
        entries.append(Entry(id: id, drawn: 0))
        return place
    }
}

extension SamplingParameters {
    /// Whether drawing depends on earlier tokens. If not, no history need be kept.
    package var needsHistory: Bool {
        repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0
    }
}
