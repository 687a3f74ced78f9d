import ArgumentParser
import CProbes
import Compute
import Glibc
import JSON
import Memory
import Synchronization
import Threads

/// The machine's limits, by measurement.
struct MachineLimits {
    /// The memory that weights lie in.
    enum Weights: String, CaseIterable, ExpressibleByArgument {
        /// Ordinary pages.
        case pages
        /// Huge pages, as with `--huge-pages`.
        case huge
        /// A mapped file in the page cache, as packs are used.
        case mapped
    }

    /// Bytes read from memory per second.
    let bandwidth: Double
    /// INT8 multiplications and additions per second, by the instructions of the kernels' row; 0 if
    /// it has none.
    let int8: Double
    /// Float32 ones.
    let float: Double

    /// Takes the best of several tries, since a limit is what can be reached, not what is usual.
    static func measure(threads: Int, isa: String, weights: Weights) throws -> MachineLimits {
        MachineLimits(
            bandwidth: try bandwidth(threads, weights), int8: try int8(threads, isa),
            float: try float(threads, isa))
    }

    /// The seconds that a step takes at least: for each kind of product, reading its weights or
    /// computing, whichever takes longer, one kind after the other; and attention.
    ///
    /// - tokens: rows of the step, `logitRows` of which go through the head.
    /// - attention: bytes of keys and values, and multiply-adds, of all layers.
    func seconds(
        _ work: StepWork, tokens: Int, logitRows: Int, attention: (bytes: Int, products: Int)
    ) -> Double {
        func part(_ bytes: Double, _ products: Double, _ peak: Double) -> Double {
            max(bytes / bandwidth, peak > 0 ? 2 * products / peak : 0)
        }
        let rows = Double(tokens)
        let experts = work.visitedShare(tokens)
        return part(Double(work.dense.bytes), rows * Double(work.dense.products), int8)
            + part(
                Double(work.experts.bytes) * experts,
                rows * Double(work.experts.products) * work.expertShare, int8)
            + part(Double(work.float.bytes), rows * Double(work.float.products), float)
            + (logitRows == 0
                ? 0
                : part(
                    Double(work.head.bytes), Double(logitRows * work.head.products),
                    work.headIsInteger ? int8 : float))
            + part(Double(attention.bytes), Double(attention.products), float)
    }

    private static let tries = 5

    private static func bandwidth(_ threads: Int, _ weights: Weights) throws -> Double {
        let bytes = 256 << 20
        let buffer: any ReadBuffer =
            switch weights {
            case .pages, .huge:
                try AlignedBuffer(count: bytes * threads, hugePages: weights == .huge)
            case .mapped: try ScratchFile(count: bytes * threads)
            }
        // Pages that were never written are all the same one.
        if let buffer = buffer as? AlignedBuffer {
            unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 1)
        }
        return try best(threads) { thread in
            let part = unsafe UnsafeRawBufferPointer(
                rebasing: buffer.contents[thread * bytes..<(thread + 1) * bytes])
            blackHole(unsafe sw_probe_read(part.baseAddress, part.count))
            return Double(bytes)
        }
    }

    private static func int8(_ threads: Int, _ isa: String) throws -> Double {
        try best(threads) { _ in
            var sink: Int32 = 0
            return unsafe sw_probe_int8(isa, 20_000_000, &sink)
        }
    }

    private static func float(_ threads: Int, _ isa: String) throws -> Double {
        try best(threads) { _ in
            var sink: Float = 0
            return unsafe sw_probe_float(isa, 20_000_000, &sink)
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

/// Memory that is read to measure its bandwidth.
private protocol ReadBuffer: Sendable {
    /// Valid while the object lives.
    var contents: UnsafeRawBufferPointer { get }
}

extension AlignedBuffer: ReadBuffer {
    fileprivate var contents: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(bytes)
    }
}

/// A mapped file without a name, in the folder for temporary files.
@safe private final class ScratchFile: ReadBuffer, Sendable {
    // SAFETY: mapped once, and unmapped when nobody holds the object.
    nonisolated(unsafe) let contents: UnsafeRawBufferPointer

    init(count: Int) throws(MemoryError) {
        let path = "/tmp/switchyard-limits-\(getpid())"
        let file = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw MemoryError("a file in /tmp", code: errno) }
        defer { close(file) }
        // A file without a name goes with its last mapping.
        unsafe unlink(path)
        var block = [UInt8](repeating: 1, count: 1 << 20)
        for _ in 0..<(count + block.count - 1) / block.count {
            let size = block.count
            let written = unsafe block.withUnsafeMutableBytes {
                unsafe write(file, $0.baseAddress, size)
            }
            guard written == size else { throw MemoryError("a file in /tmp", code: errno) }
        }
        let memory = unsafe mmap(nil, count, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0)
        guard unsafe memory != MAP_FAILED else { throw MemoryError("mapping /tmp", code: errno) }
        unsafe contents = UnsafeRawBufferPointer(start: memory, count: count)
    }

    deinit {
        _ = unsafe munmap(UnsafeMutableRawPointer(mutating: contents.baseAddress), contents.count)
    }
}

/// Keeps a value from being optimized away.
@inline(never)
func blackHole(_ value: UInt64) {}
