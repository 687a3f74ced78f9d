/// The upper bounds of a histogram's buckets, ascending; the last bucket, without a bound, is
/// always there besides.
package struct Buckets: Sendable, Equatable, ExpressibleByArrayLiteral {
    package let bounds: [Double]

    package init(_ bounds: [Double]) {
        precondition(!bounds.isEmpty, "a histogram needs a bucket")
        precondition(bounds.allSatisfy(\.isFinite), "a bucket's bound is finite")
        for (lower, upper) in zip(bounds, bounds.dropFirst()) {
            precondition(lower < upper, "buckets ascend: \(lower) comes before \(upper)")
        }
        self.bounds = bounds
    }

    package init(arrayLiteral bounds: Double...) {
        self.init(bounds)
    }

    /// `count` bounds, each `factor` times the one before.
    package static func exponential(from: Double, factor: Double, count: Int) -> Buckets {
        precondition(from > 0 && factor > 1, "bounds must grow")
        var bounds: [Double] = []
        var bound = from
        for _ in 0..<count {
            bounds.append(bound)
            bound *= factor
        }
        return Buckets(bounds)
    }

    /// `count` bounds, `step` apart.
    package static func linear(from: Double, step: Double, count: Int) -> Buckets {
        Buckets((0..<count).map { from + step * Double($0) })
    }

    /// The first bucket whose bound is not below `value`; `bounds.count` for the unbounded one.
    func index(of value: Double) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
