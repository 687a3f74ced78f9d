/// A token that may be drawn.
struct Candidate: Sendable, Equatable {
    /// Candidates are ordered by this key, the largest first.
    var key: Float
    var id: Int32
    /// Its probability, up to a common factor.
    var weight: Float

    /// A total order: of equal keys the lower id is better.
    @inline(__always)
    func isBetter(than other: Candidate) -> Bool {
        key != other.key ? key > other.key : id < other.id
    }
}

extension [Candidate] {
    /// Becomes the `limit` largest values, in no particular order. The buffer grows to twice as
    /// many and is then halved, so that most values are below a threshold and are skipped.
    mutating func gatherBest(_ limit: Int, of values: Span<Float>) {
        removeAll(keepingCapacity: true)
        guard limit > 0 else { return }
        let capacity = limit <= values.count / 2 ? 2 * Swift.max(limit, 32) : values.count + 1
        var threshold = -Float.infinity
        for index in 0..<values.count {
            let value = values[index]
            // Of equal values the earlier one, with the lower id, is already in.
            guard value > threshold || count < limit else { continue }
            append(Candidate(key: value, id: Int32(index), weight: 0))
            if count >= capacity {
                keepBest(count: limit)
                threshold = reduce(Float.infinity) { Swift.min($0, $1.key) }
            }
        }
        keepBest(count: limit)
    }

    /// Keeps the best candidates, in no particular order: as few as are needed for their weights to
    /// reach `mass`, but at least one.
    mutating func keepBest(mass: Double) {
        guard count > 1 else { return }
        let kept = partition(until: mass) { Double($0.weight) }
        removeLast(count - kept)
    }

    /// Keeps the `limit` best candidates.
    mutating func keepBest(count limit: Int) {
        guard count > limit else { return }
        let kept = partition(until: Double(limit)) { _ in 1 }
        removeLast(count - kept)
    }

    /// Quickselect by weight. Moves the best candidates whose weights reach `mass` to the front and
    /// returns their number. Linear on average. After too many uneven splits the rest is sorted,
    /// which bounds the worst case by n log n.
    private mutating func partition(
        until mass: Double, measure: (Candidate) -> Double
    ) -> Int {
        var (low, high) = (0, count)
        var reached = 0.0
        var rounds = 0
        while high - low > 24, rounds < 48 {
            rounds += 1
            let middle = split(low, high)
            var front = 0.0
            for index in low..<middle { front += measure(self[index]) }
            if reached + front >= mass {
                high = middle
                continue
            }
            reached += front + measure(self[middle])
            if reached >= mass { return middle + 1 }
            low = middle + 1
        }
        self[low..<high].sort { $0.isBetter(than: $1) }
        for index in low..<high {
            reached += measure(self[index])
            if reached >= mass { return index + 1 }
        }
        return Swift.max(1, high)
    }

    /// Splits `low ..< high` by the median of three. Better candidates come before the index
    /// returned, and the pivot is at it.
    private mutating func split(_ low: Int, _ high: Int) -> Int {
        let last = high - 1
        let middle = low + (high - low) / 2
        if self[middle].isBetter(than: self[low]) { swapAt(middle, low) }
        if self[last].isBetter(than: self[low]) { swapAt(last, low) }
        if self[last].isBetter(than: self[middle]) { swapAt(last, middle) }
        swapAt(middle, last)
        let pivot = self[last]
        var store = low
        for index in low..<last where self[index].isBetter(than: pivot) {
            swapAt(index, store)
            store += 1
        }
        swapAt(store, last)
        return store
    }
}
