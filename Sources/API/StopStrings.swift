/// Finds stop strings in text that arrives in pieces, one byte at a time, so that what is found does
/// not depend on how tokens cut the text: the match that ends first wins, and of those that end
/// together the longest, which starts first.
///
/// Each string has its Knuth–Morris–Pratt automaton; its state is the length of the longest suffix of
/// the text that begins the string, which is also what must be held back.
package struct StopStrings: Sendable {
    private let automata: [Automaton]
    private var states: [Int]

    /// `strings` must not hold an empty one.
    package init(_ strings: [String]) {
        automata = strings.map { Automaton(Array($0.utf8)) }
        states = Array(repeating: 0, count: automata.count)
    }

    package var isEmpty: Bool { automata.isEmpty }

    /// Bytes at the end of the text so far that may be the start of a stop string.
    package var heldBytes: Int { states.max() ?? 0 }

    /// Forgets what was begun.
    package mutating func reset() {
        for index in states.indices { states[index] = 0 }
    }

    /// Takes the text's next byte. If a stop string ends with it, returns that string's length in
    /// bytes.
    package mutating func advance(_ byte: UInt8) -> Int? {
        var longest: Int?
        for index in automata.indices {
            states[index] = automata[index].advance(states[index], byte)
            let length = automata[index].pattern.count
            if states[index] == length { longest = max(longest ?? 0, length) }
        }
        return longest
    }
}

extension StopStrings {
    private struct Automaton: Sendable {
        let pattern: [UInt8]
        /// For each prefix's length − 1, the length of its longest proper suffix that is a prefix.
        let fallback: [Int]

        init(_ pattern: [UInt8]) {
            precondition(!pattern.isEmpty, "a stop string must not be empty")
            var fallback = Array(repeating: 0, count: pattern.count)
            var length = 0
            for index in pattern.indices.dropFirst() {
                while length > 0, pattern[index] != pattern[length] {
                    length = fallback[length - 1]
                }
                if pattern[index] == pattern[length] { length += 1 }
                fallback[index] = length
            }
            self.pattern = pattern
            self.fallback = fallback
        }

        func advance(_ state: Int, _ byte: UInt8) -> Int {
            var state = state == pattern.count ? fallback[state - 1] : state
            while state > 0, pattern[state] != byte { state = fallback[state - 1] }
            return pattern[state] == byte ? state + 1 : state
        }
    }
}
