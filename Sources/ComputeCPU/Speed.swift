/// What the splitting of work assumes of a core. Orders of magnitude are enough: they decide how
/// many items a thread takes at once, and whether a phase is worth waking another thread.
///
/// Measured with `benchmarks limits` on two cores of Zen 4 and Zen 5: 16 to 40 bytes of weights, 230
/// to 540 INT8 multiply-adds, 58 to 120 float ones a nanosecond and core.
enum Speed {
    /// Bytes of weights from memory, a nanosecond.
    static let weightBytes = 16
    /// INT8 multiply-adds, a nanosecond.
    static let integerProducts = 128
    /// Float multiply-adds, a nanosecond.
    static let floatProducts = 16
    /// Numbers that a row phase reads and writes, a nanosecond.
    static let numbers = 2
    /// The nanoseconds that a run of items should take at least: a take costs 31 ns, and a
    /// preempted thread delays one run.
    static let run = 10_000
    /// The most rows whose packed inputs stay in a core's L2 cache beside a panel: at 2,048 inputs
    /// 480 KiB.
    static let cachedRows = 240

    /// How many items of so many nanoseconds a thread takes at least.
    static func least(_ nanoseconds: Int) -> Int { max(1, run / max(nanoseconds, 1)) }

    /// The nanoseconds of a product of `rows` inputs with INT8 weights.
    static func int8(rows: Int, weightBytes bytes: Int) -> Int {
        max(bytes / weightBytes, rows * bytes / integerProducts)
    }

    static func float(rows: Int, weights: Int, bytes: Int) -> Int {
        max(bytes / weightBytes, rows * weights / floatProducts)
    }
}
