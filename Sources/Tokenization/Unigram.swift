/// A unigram language model (arXiv:1804.10959). Of all ways to cut a text into tokens it finds the
/// one with the highest sum of scores (log-probabilities), by Viterbi's algorithm.
struct Unigram: Sendable {
    /// An unknown character scores this much less than the worst token.
    private static let unknownPenalty = 10.0

    let vocabulary: TokenTable
    let scores: [Double]  // by id
    let unknown: Int32?
    let byteTokens: [Int32]?  // `<0x00>` to `<0xFF>`; -1 if there is none
    private let unknownScore: Double
    private let trie: ByteTrie  // of all tokens, to their ids

    init(vocabulary: TokenTable, scores: [Double], unknown: Int32?, byteTokens: [Int32]?) {
        self.vocabulary = vocabulary
        self.scores = scores
        self.unknown = unknown
        self.byteTokens = byteTokens
        unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
        var trie = ByteTrie()
        // Of tokens with one spelling the last counts.
        for id in (0..<vocabulary.limit).reversed() {
            trie.insert(vocabulary[id], index: Int32(id))
        }
        self.trie = trie
    }

    /// The best way to reach a position in the text.
    private struct Arrival {
        var score = 0.0
        var from = -1
        var id: Int32 = -1  // -1: an unknown character
    }

    /// Appends a word's tokens. Consecutive unknown characters become one unknown token.
    func encode(_ word: Span<UInt8>, into output: inout [Int32]) {
        let arrivals = search(word)
        var path: [(range: Range<Int>, id: Int32)] = []
        var end = word.count
        while end > 0 {
            let arrival = arrivals[end]
            guard arrival.from >= 0 else { return }
            let isUnknown = arrival.id < 0 || arrival.id == unknown
            if isUnknown, unknown != nil, let last = path.last, last.id < 0 {
                path[path.count - 1].range = arrival.from..<last.range.upperBound
            } else {
                path.append((arrival.from..<end, isUnknown ? -1 : arrival.id))
            }
            end = arrival.from
        }
        for (range, id) in path.reversed() {
            if id >= 0 { output.append(id) } else { appendUnknown(word, range, &output) }
        }
    }

    private func search(_ word: Span<UInt8>) -> [Arrival] {
        var arrivals = [Arrival](repeating: Arrival(), count: word.count + 1)
        var start = 0
        while start < word.count {
            let length = min(UTF8Text.length(word[start]), word.count - start)
            let score = arrivals[start].score
            var hasCharacter = false
            var node = ByteTrie.root
            var index = start
            while index < word.count, let child = trie.child(of: node, word[index]) {
                node = child
                index += 1
                let id = trie.end(at: node)
                guard id >= 0 else { continue }
                reach(&arrivals[index], score + scores[Int(id)], start, id)
                if index - start == length { hasCharacter = true }
            }
            if !hasCharacter { reach(&arrivals[start + length], score + unknownScore, start, -1) }
            start += length
        }
        return arrivals
    }

    private func reach(_ arrival: inout Arrival, _ score: Double, _ from: Int, _ id: Int32) {
        if arrival.from < 0 || score > arrival.score {
            arrival = Arrival(score: score, from: from, id: id)
        }
    }

    private func appendUnknown(_ word: Span<UInt8>, _ range: Range<Int>, _ output: inout [Int32]) {
        // Consecutive unknown characters may together spell a token.
        if let id = vocabulary.id(of: word.extracting(range)) { return output.append(id) }
        if let byteTokens, range.allSatisfy({ byteTokens[Int(word[$0])] >= 0 }) {
            for index in range { output.append(byteTokens[Int(word[index])]) }
        } else if let unknown {
            output.append(unknown)
        }
    }
}
