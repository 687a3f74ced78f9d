import Checkpoints
import Compute
import Devices
import Inference
import JSON
import Memory
import Models
import Preparation
import Quantization
import TestSupport
import Testing
import Threads
import Weights

/// Quantized checkpoints as published, compared with the reference implementation and with an
/// emulation that computes from their integers.
@Suite struct StoredFormTests {
    static let forms = [
        "deepseek_v3_block_fp8", "deepseek_v3_block_int8", "gpt_oss_mxfp4", "qwen3_dense_w8a8_ct",
        "qwen3_moe_w8a8_ct",
    ]

    /// INT8 forms, the emulation's arrays, and the tolerance: 1e-2, or 1.5 times the change of the
    /// emulation under noise of one float32 step.
    static let integerForms = [
        ("qwen3_dense_w8a8_ct", "w8a8_g128_from_disk", 1e-2),
        ("qwen3_moe_w8a8_ct", "w8a8_g128_from_disk", 1e-2),
        ("deepseek_v3_block_int8", "w8a8_g128_kv_b_bf16_from_disk", 2e-2),
    ]

    /// Schemes, none of which may change stored integers.
    static let schemes = [
        WeightScheme(precision: .int8, scales: .row, head: .float),
        WeightScheme(precision: .int8, scales: .group, head: .float),
    ]

    @Test(
        "float32 logits and greedy tokens are the reference's, in both spellings",
        arguments: forms, ["config.json", "config_alt.json"])
    func floats(name: String, configuration: String) throws {
        let reference = try Reference(name)
        let checkpoint = try Checkpoint(fixture: name, configuration: configuration)
        let greedy = try reference.integers("p0.greedy_ids")
        let run = try checkpoint.run(.reference, prompt: reference.prompt, greedy: greedy.count)
        #expect(
            try largestDifference(run.logits, reference.floats("p0.logits")) <= reference.tolerance)
        #expect(run.greedy == greedy)
        #expect(
            try largestDifference(run.last, reference.floats("p0.greedy_last_logits"))
                <= reference.tolerance)
    }

    @Test(
        "INT8 logits are those of the stored integers, unchanged, from every row of the kernel table",
        arguments: integerForms, schemes)
    func integers(form: (name: String, array: String, tolerance: Double), scheme: WeightScheme)
        throws
    {
        let reference = try Reference(form.name)
        let arrays = try SafetensorsFile(
            path: Checkpoint.folder(form.name) + "/w8a8_reference.safetensors")
        let expected = try TensorDecoder.floats(arrays.require("p0.\(form.array).logits"))
        for file in ["config.json", "config_alt.json"] {
            let checkpoint = try Checkpoint(fixture: form.name, configuration: file)
            var first: [UInt32]?
            for isa in Devices.instructionSets {
                let run = try checkpoint.run(scheme, prompt: reference.prompt, isa: isa)
                let error = relativeError(run.logits, expected)
                #expect(error <= form.tolerance, "\(file), \(isa)")
                let bits = run.logits.map(\.bitPattern)
                let isSame = first.map { $0 == bits } ?? true
                #expect(isSame, "\(file), \(isa)")
                first = bits
            }
        }
    }

    @Test(
        "forms that are decoded and quantized stay near the float32 logits",
        arguments: ["deepseek_v3_block_fp8", "gpt_oss_mxfp4"], schemes)
    func decoded(name: String, scheme: WeightScheme) throws {
        let reference = try Reference(name)
        let run = try Checkpoint(fixture: name)
            .run(scheme, prompt: reference.prompt, routes: reference.routes)
        // With forced experts the scheme costs 2 to 6 % on the fixtures.
        #expect(try relativeError(run.logits, reference.floats("p0.logits")) < 0.05)
    }

    @Test(
        "integers and scales reach the packed matrix unchanged",
        arguments: integerForms.map(\.0), schemes)
    func unchanged(name: String, scheme: WeightScheme) throws {
        let checkpoint = try Checkpoint(fixture: name)
        let pool = try WorkerPool(workers: 1, pinned: false)
        defer { pool.stop() }
        var numbers: Set<Int8> = []
        try checkpoint.withCatalog { catalog in
            let formatter = MatrixFormatter(catalog, scheme, on: pool)
            for (name, tensor) in checkpoint.tensors where tensor.dtype == .i8 {
                let request = MatrixRequest(
                    key: name, role: .projection, experts: [[.init(name, rows: tensor.shape[0])]],
                    columns: tensor.shape[1])
                let scales =
                    try #require(checkpoint[name + "_scale"] ?? checkpoint[name + "_scale_inv"])
                let packed = try formatter.make(request)
                #expect(try differences(of: packed, tensor, scales) == 0, "\(name)")
                numbers.formUnion(tensor.bytes.map { Int8(bitPattern: $0) })
            }
        }
        // compressed-tensors uses the whole range of INT8.
        #expect(numbers.contains(-128) == (name == "qwen3_moe_w8a8_ct"))
    }

    /// Numbers and scales of a packed matrix that differ from the stored ones.
    private func differences(
        of packed: FormattedMatrix, _ tensor: HostTensor, _ scales: HostTensor
    ) throws -> Int {
        let (rows, columns) = (tensor.shape[0], tensor.shape[1])
        let format = packed.format
        let stored = try Self.floats(scales)
        guard case .int8(let hasGroupScales) = format.form else { return .max }
        let slots = format.panels * format.slices * 128
        let weights = unsafe packed.buffers[0].values(of: Int8.self, count: slots)
        let groups = hasGroupScales ? format.groups : 1
        let factors = unsafe packed.buffers[1].values(
            of: Float.self, count: format.panels * groups * 32)
        let rowsPerScale = scales.shape[0] == rows ? 1 : 128
        var differences = 0
        for row in 0..<rows {
            let (panel, lane) = (row / 32, row % 32)
            for column in 0..<columns {
                let place = ((panel * format.slices + column / 4) * 32 + lane) * 4 + column % 4
                let number = Int8(bitPattern: tensor.bytes[row * columns + column])
                if unsafe weights[place] != number { differences += 1 }
                let group = hasGroupScales ? column / 128 : 0
                let scale = stored[
                    row / rowsPerScale * scales.shape[1] + (rowsPerScale == 1 ? 0 : column / 128)]
                if unsafe factors[(panel * groups + group) * 32 + lane] != scale {
                    differences += 1
                }
            }
        }
        return differences
    }

    private static func floats(_ tensor: HostTensor) throws -> [Float] {
        if tensor.dtype == .f32 { return tensor.floats() }
        return stride(from: 0, to: tensor.bytes.count, by: 2).map {
            Float(
                bitPattern: UInt32(tensor.bytes[$0]) << 16 | UInt32(tensor.bytes[$0 + 1]) << 24)
        }
    }

    @Test("a pack keeps stored integers", arguments: integerForms.map(\.0))
    func packs(name: String) throws {
        let reference = try Reference(name)
        let checkpoint = try Checkpoint(fixture: name)
        let scheme = WeightScheme(precision: .int8)
        let direct = try checkpoint.run(scheme, prompt: reference.prompt)
        let (folder, source) = try checkpoint.open()
        defer { extendLifetime(folder) }
        let pool = try WorkerPool(workers: 1, pinned: false)
        defer { pool.stop() }
        try PackWriter(source, scheme, on: pool).write(to: folder.path + "/packed") { _, _ in }
        let pack = try ModelSource(path: folder.path + "/packed")
        let packed = try Run(pack, scheme, prompt: reference.prompt, greedy: 1)
        #expect(packed.logits.map(\.bitPattern) == direct.logits.map(\.bitPattern))
    }

    @Test(
        "forms are known without a configuration's help",
        arguments: [
            "qwen3_dense_w8a8_ct", "deepseek_v3_block_int8", "deepseek_v3_block_fp8",
            "gpt_oss_mxfp4",
        ], [WeightScheme.reference, schemes[0]])
    func withoutConfiguration(name: String, scheme: WeightScheme) throws {
        let reference = try Reference(name)
        var checkpoint = try Checkpoint(fixture: name)
        let named = try checkpoint.run(scheme, prompt: reference.prompt)
        checkpoint.configuration["quantization_config"] = nil
        let unnamed = try checkpoint.run(scheme, prompt: reference.prompt)
        #expect(named.logits.map(\.bitPattern) == unnamed.logits.map(\.bitPattern))
    }

    /// An INT8 head computes with quantized inputs, so it is only near the float one.
    @Test("a head that is stored as integers is used as they are")
    func head() throws {
        let name = "qwen3_dense_w8a8_ct"
        let reference = try Reference(name)
        var checkpoint = try Checkpoint(fixture: name)
        let before = try checkpoint.run(Self.schemes[0], prompt: reference.prompt)
        let floats = try Self.floats(#require(checkpoint["lm_head.weight"]))
        let head = Int8Rows(quantizing: floats, rows: 192, columns: 64)
        checkpoint["lm_head.weight"] = HostTensor(int8: head.values, shape: [192, 64])
        checkpoint["lm_head.weight_scale"] = HostTensor(floats: head.scales, shape: [192, 1])
        checkpoint.configuration["quantization_config"] = nil
        let after = try checkpoint.run(Self.schemes[0], prompt: reference.prompt)
        let error = relativeError(after.logits, before.logits)
        #expect(error > 1e-4 && error < 3e-2)
        try checkpoint.withCatalog { catalog in
            let pool = try WorkerPool(workers: 1, pinned: false)
            defer { pool.stop() }
            let format = try MatrixFormatter(catalog, WeightScheme(precision: .int8), on: pool)
                .format(
                    MatrixRequest(
                        key: "lm_head", role: .head,
                        experts: [[.init("lm_head.weight", rows: 192)]], columns: 64))
            #expect(format.form == .int8(hasGroupScales: false))
        }
    }
}

/// The reference's numbers for a form.
struct Reference {
    private let arrays: SafetensorsFile
    let tolerance: Float

    init(_ name: String) throws {
        let folder = Checkpoint.folder(name)
        arrays = try SafetensorsFile(path: folder + "/reference.safetensors")
        let json = try Checkpoint.json(folder + "/reference.json")
        guard let tolerance = json["tolerance"]?["logits_max_abs_float32"]?.doubleValue else {
            throw TestError("no tolerance")
        }
        self.tolerance = Float(tolerance)
    }

    var prompt: [Int32] {
        get throws { try integers("p0.input_ids") }
    }

    func floats(_ name: String) throws -> [Float] {
        try TensorDecoder.floats(arrays.require(name))
    }

    /// The reference's experts and weights.
    var routes: Routes {
        get throws {
            var result: Routes = [:]
            for name in arrays.names where name.hasSuffix(".indices") {
                let parts = name.split(separator: ".")
                guard parts.count == 4, let layer = Int(parts[2]) else { continue }
                result[layer] = (
                    try integers(name), try floats(name.dropLast("indices".count) + "weights"),
                    try arrays.require(name).shape.columns
                )
            }
            return result
        }
    }

    func integers(_ name: String) throws -> [Int32] {
        try floats(name).map { Int32($0) }
    }
}
