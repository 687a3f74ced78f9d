import ArgumentParser
import CKernels
import JSON
import Memory

/// The speed of single kernels on one thread.
struct KernelSpeed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Measures each kernel on one thread, and the share of its limit.",
        discussion: """
            Operands lie in the L2 cache, but for the INT8 product's panels, which come from memory as \
            in a pass. GOPS count a multiplication and an addition as two; the share is that of the \
            peak of the row's instructions, measured in the same run.

            EXAMPLES
              benchmarks kernels
              benchmarks kernels --cpu-isa avx2 --json
            """)

    @Option(help: "Kernels; default: the best.") var cpuIsa: String?
    @Option(help: "Samples of a case.") var samples = 9
    @Flag(help: "Print JSON lines.") var json = false

    func run() throws {
        let isa = try KernelName.check(cpuIsa)
        let limits = try MachineLimits.measure(threads: 1, isa: isa, weights: .huge)
        let bench = try KernelBench(isa)
        for rows in [1, 6, 12, 64, 240] {
            report("gemm_w8a8", "2048 inputs, \(rows) rows", limits.int8, bench.int8(rows: rows))
        }
        for rows in [1, 12, 64] {
            report("gemm_bf16", "2048 inputs, \(rows) rows", limits.float, bench.bf16(rows: rows))
        }
        for (name, queries, keyDim, valueDim) in [
            ("one query", 1, 128, 128), ("a group of 8", 8, 128, 128), ("48 queries", 48, 64, 64),
            ("48 queries", 48, 128, 128), ("latent, 48 queries", 48, 576, 512),
        ] {
            let shape = "\(name), 512 keys of \(keyDim), bf16"
            report(
                "attention", shape, limits.float,
                bench.attention(queries: queries, keyDim: keyDim, valueDim: valueDim))
        }
        report("quantize", "2048 numbers", nil, bench.quantize())
        report("rotate", "2048 numbers, blocks of 128", nil, bench.rotate())
        report("rms_norm", "2048 numbers", nil, bench.norm())
        report("silu_multiply", "2048 numbers", nil, bench.silu())
        report("exp", "2048 numbers", nil, bench.exponential())
        report("rope_halves", "128 numbers", nil, bench.rope())
        report("kv_store", "a head of 128, bf16", nil, bench.store())
    }

    /// - peak: operations a second; nil for kernels that are counted in numbers.
    private func report(
        _ kernel: String, _ shape: String, _ peak: Double?, _ work: (Double, () -> Void)
    ) {
        let (amount, body) = work
        let rate = amount / seconds(body)
        let share = peak.flatMap { $0 > 0 ? rate / $0 : nil }
        guard !json else {
            var result: JSONObject = ["case": .string(kernel), "shape": .string(shape)]
            result[peak == nil ? "giganumbers_per_second" : "gops"] = .double(
                (rate / 1e7).rounded() / 100)
            if let share { result["share"] = .double((share * 1000).rounded() / 1000) }
            print(JSONWriter.string(.object(result)))
            return
        }
        let unit = peak == nil ? "billion numbers/s" : "GOPS"
        let part = share.map { ", \(($0 * 1000).rounded() / 10) % of the peak" } ?? ""
        print("\(kernel), \(shape): \((rate / 1e8).rounded() / 10) \(unit)\(part)")
    }

    /// The seconds of one call: the median of samples of at least 5 ms.
    private func seconds(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        var calls = 1
        while true {
            let start = clock.now
            for _ in 0..<calls { body() }
            if clock.now - start > .milliseconds(5) { break }
            calls *= 2
        }
        let all = (0..<max(samples, 1)).map { _ in
            let start = clock.now
            for _ in 0..<calls { body() }
            return (clock.now - start) / .seconds(1) / Double(calls)
        }
        return all.sorted()[all.count / 2]
    }
}

/// Calls of single kernels, each with how much it does.
@safe private final class KernelBench {
    private let kernels: sw_kernels
    private let floats: AlignedBuffer
    private let panels: AlignedBuffer
    private let small: AlignedBuffer
    private var panel = 0

    private static let inputs = 2048
    private static let panelBytes = inputs * Int(SW_PANEL)
    private static let panelCount = 2048

    init(_ isa: String) throws {
        guard let row = unsafe sw_kernels_select(isa) else { throw MemoryError("no kernels") }
        unsafe kernels = unsafe row.pointee
        floats = try AlignedBuffer(count: 8 << 20)
        small = try AlignedBuffer(count: 8 << 20)
        panels = try AlignedBuffer(count: Self.panelCount * Self.panelBytes, hugePages: true)
        unsafe panels.bytes.initializeMemory(as: UInt8.self, repeating: 3)
        for index in 0..<floats.count / 4 {
            unsafe floats.bytes.storeBytes(
                of: Float(index % 251) / 251 - 0.5, toByteOffset: index * 4, as: Float.self)
        }
    }

    private func float(_ offset: Int) -> UnsafeMutablePointer<Float> {
        guard let base = unsafe floats.bytes.baseAddress else { preconditionFailure("empty") }
        return unsafe base.assumingMemoryBound(to: Float.self) + offset
    }

    private func bytes<Value>(_ offset: Int, as type: Value.Type) -> UnsafeMutablePointer<Value> {
        guard let base = unsafe small.bytes.baseAddress else { preconditionFailure("empty") }
        return unsafe (base + offset).assumingMemoryBound(to: type)
    }

    func int8(rows: Int) -> (Double, () -> Void) {
        let inputs = Self.inputs
        return (
            Double(2 * rows * inputs * Int(SW_PANEL)),
            { [self] in
                guard let base = unsafe panels.bytes.baseAddress else { return }
                let weights = unsafe (base + panel * Self.panelBytes)
                    .assumingMemoryBound(to: Int8.self)
                panel = (panel + 1) % Self.panelCount
                var arguments = unsafe sw_gemm_w8a8(
                    a: bytes(0, as: UInt8.self), a_rows: rows, a_scale: float(0),
                    a_zero: bytes(1 << 20, as: Int32.self), rows: rows, w: weights,
                    w_scale: float(65_536), w_scale_stride: Int(SW_PANEL),
                    w_sum: bytes(2 << 20, as: Int32.self), k: inputs, y: float(131_072),
                    y_stride: Int(SW_PANEL), columns: Int(SW_PANEL))
                unsafe kernels.gemm_w8a8(&arguments)
            }
        )
    }

    func bf16(rows: Int) -> (Double, () -> Void) {
        let inputs = Self.inputs
        return (
            Double(2 * rows * inputs * 32),
            { [self] in
                unsafe kernels.gemm_bf16(
                    float(0), inputs, rows, bytes(0, as: UInt16.self), inputs, 32, inputs,
                    float(1 << 20), 32)
            }
        )
    }

    func attention(queries: Int, keyDim: Int, valueDim: Int) -> (Double, () -> Void) {
        let blocks = Int(SW_SPAN) / Int(SW_BLOCK)
        let rows = unsafe (0..<queries).map {
            unsafe UnsafePointer(float($0 * keyDim)) as UnsafePointer<Float>?
        }
        let first = [Int32](repeating: 0, count: queries)
        let last = [Int32](repeating: Int32(SW_SPAN), count: queries)
        let keys = unsafe (0..<blocks).map {
            unsafe UnsafeRawPointer(bytes($0 * 16 * keyDim * 2, as: UInt8.self))
                as UnsafeRawPointer?
        }
        let values = unsafe (0..<blocks).map {
            unsafe UnsafeRawPointer(bytes((4 << 20) + $0 * 16 * valueDim * 2, as: UInt8.self))
                as UnsafeRawPointer?
        }
        return (
            Double(2 * queries * Int(SW_SPAN) * (keyDim + valueDim)),
            { [self] in
                unsafe rows.withUnsafeBufferPointer { rows in
                    unsafe first.withUnsafeBufferPointer { first in
                        unsafe last.withUnsafeBufferPointer { last in
                            unsafe keys.withUnsafeBufferPointer { keys in
                                unsafe values.withUnsafeBufferPointer { values in
                                    var arguments = unsafe sw_attention_span(
                                        queries: rows.baseAddress, first: first.baseAddress,
                                        last: last.baseAddress, count: queries, span_first: 0,
                                        span_last: Int(SW_SPAN), k_blocks: keys.baseAddress,
                                        v_blocks: values.baseAddress, k_scales: nil,
                                        v_scales: nil, head_dim: keyDim, value_dim: valueDim,
                                        type: SW_KV_BF16, scale: 0.1, max: float(1 << 20),
                                        sum: float((1 << 20) + 64),
                                        out: float((1 << 20) + 128), out_stride: valueDim)
                                    unsafe kernels.attention(&arguments)
                                }
                            }
                        }
                    }
                }
            }
        )
    }

    func quantize() -> (Double, () -> Void) {
        (
            Double(Self.inputs),
            { [self] in
                unsafe kernels.quantize(
                    float(0), Self.inputs, bytes(0, as: UInt8.self), 4, float(1 << 20),
                    bytes(1 << 20, as: Int32.self), 1)
            }
        )
    }

    func rotate() -> (Double, () -> Void) {
        (
            Double(Self.inputs),
            { [self] in unsafe kernels.rotate(float(0), Self.inputs, 128, 0.1, float(1 << 20)) }
        )
    }

    func norm() -> (Double, () -> Void) {
        (
            Double(Self.inputs),
            { [self] in
                unsafe kernels.rms_norm(float(0), float(8192), 1e-6, Self.inputs, float(1 << 20))
            }
        )
    }

    func silu() -> (Double, () -> Void) {
        (
            Double(Self.inputs),
            { [self] in
                unsafe kernels.silu_multiply(float(0), float(8192), Self.inputs, float(1 << 20))
            }
        )
    }

    func exponential() -> (Double, () -> Void) {
        (
            Double(Self.inputs),
            { [self] in unsafe kernels.exp(float(0), Self.inputs, float(1 << 20)) }
        )
    }

    func rope() -> (Double, () -> Void) {
        (
            128,
            { [self] in unsafe kernels.rope_halves(float(1 << 20), float(0), float(8192), 64) }
        )
    }

    func store() -> (Double, () -> Void) {
        (
            256,
            { [self] in
                unsafe sw_kv_store(
                    SW_KV_BF16, float(0), 128, float(8192), 128, bytes(0, as: UInt8.self),
                    bytes(1 << 20, as: UInt8.self), 3, nil, nil)
            }
        )
    }
}
