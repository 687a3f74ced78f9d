import ArgumentParser
import CProbes
import JSON
import Memory
import Synchronization
import Threads

/// The machine's limits, by measurement.
struct MachineLimits {
    /// Bytes read from memory per second.
    let bandwidth: Double
    /// INT8 multiplications and additions per second; 0 if the CPU has no instruction for them.
    let int8: Double

    /// Takes the best of several tries, since a limit is what can be reached, not what is usual.
    static func measure(threads: Int) throws -> MachineLimits {
        MachineLimits(bandwidth: try bandwidth(threads), int8: try int8(threads))
    }

    private static let tries = 5

    private static func bandwidth(_ threads: Int) throws -> Double {
        let bytes = 256 << 20
        let buffer = try AlignedBuffer(count: bytes * threads, hugePages: true)
        unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 1)
        return try best(threads) { thread in
            let part = unsafe UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(buffer.bytes)[
                    thread * bytes..<(thread + 1) * bytes])
            blackHole(unsafe sw_probe_read(part.baseAddress, part.count))
            return Double(bytes)
        }
    }

    private static func int8(_ threads: Int) throws -> Double {
        try best(threads) { _ in
            var sink: Int32 = 0
            return unsafe sw_probe_int8(20_000_000, &sink)
        }
    }

    /// The most work that all threads did together per second. `work` returns how much it did.
    private static func best(_ threads: Int, _ work: @escaping @Sendable (Int) -> Double) throws
        -> Double
    {
        var best = 0.0
        for _ in 0..<tries {
            let done = Mutex(0.0)
            let clock = ContinuousClock()
            let start = clock.now
            let others = try (1..<max(threads, 1)).map { thread in
                try Thread(name: "probe-\(thread)") {
                    let amount = work(thread)
                    done.withLock { $0 += amount }
                }
            }
            let amount = work(0)
            done.withLock { $0 += amount }
            for thread in others { thread.join() }
            let seconds = (clock.now - start) / .seconds(1)
            best = max(best, done.withLock { $0 } / seconds)
        }
        return best
    }
}

/// Keeps a value from being optimized away.
@inline(never)
func blackHole(_ value: UInt64) {}

/// Prints the limits alone.
struct Limits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures read bandwidth and the INT8 peak.")

    @Option(help: "Threads.") var threads = Affinity.allowedCores.count

    func run() throws {
        let limits = try MachineLimits.measure(threads: threads)
        print(
            JSONWriter.string(
                .object([
                    "threads": .integer(Int64(threads)),
                    "read_gigabytes_per_second": .double((limits.bandwidth / 1e7).rounded() / 100),
                    "int8_gops": .double((limits.int8 / 1e9).rounded()),
                ])))
    }
}
