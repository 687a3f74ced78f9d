import Checkpoints
import Compute
import Devices
import Glibc
import Inference
import Memory
import Models
import Preparation
import TestSupport
import Testing
import Weights

/// A pack's bytes, which a test changes.
private struct PackBytes {
    var bytes: [UInt8]
    let path: String
    /// Where each tensor's bytes lie.
    private let places: [String: Range<Int>]

    init(_ name: String, in folder: String) throws {
        let path = folder + "/m.switchyard"
        let source = try TinyModel.source(name)
        try withPool { pool in
            try PackWriter(source, WeightScheme(precision: .int8), on: pool)
                .write(to: path) { _, _ in }
        }
        self.path = path
        bytes = try FileText.read(path, bytesMax: 1 << 26)
        let file = try SafetensorsFile(path: path)
        var places: [String: Range<Int>] = [:]
        for name in file.names {
            let tensor = try file.require(name)
            places[name] = tensor.offset..<tensor.offset + tensor.byteCount
        }
        self.places = places
    }

    /// The names of the matrices' sections that end so.
    func names(_ suffix: String) -> [String] {
        places.keys.filter { $0.hasSuffix(suffix) }.sorted()
    }

    func place(_ name: String) throws -> Range<Int> { try #require(places[name]) }

    /// The pack with these bytes.
    func source() throws -> ModelSource {
        // Another file: the first may still be mapped.
        let changed = path + "-changed"
        try writeFile(bytes, to: changed)
        return try ModelSource(path: changed)
    }
}

/// The result of a prompt on one row of the kernel table: bits, or nil after an error.
private func outcome(_ source: ModelSource, _ prompt: [Int32], isa: String) -> [UInt32]? {
    do {
        let options = ModelOptions(
            scheme: WeightScheme(precision: .int8), threads: 1, isa: isa, isPinned: false,
            contextMax: 256)
        let model = try LoadedModel(source, options, cacheTokens: 256)
        defer { model.stop() }
        var result: [UInt32] = []
        try SequenceRunner(model).append(prompt, allLogits: true) { _, row in
            result += row.map { $0.isNaN ? 0 : $0.bitPattern }
        }
        return result
    } catch {
        return nil
    }
}

@Suite("Damaged packs") struct DamagedPackTests {
    /// Changes of a section's bytes, and the errors about them.
    static let damages: [(String, String)] = [
        (".sum", "has sums or padding that do not fit its weights"),
        (".int8", "has sums or padding that do not fit its weights"),
        (".scale", "has a scale that is a NaN or an infinity"),
    ]

    @Test("damage is found and named", arguments: ["mixtral_full", "llama_tied"], damages)
    func found(name: String, damage: (suffix: String, message: String)) throws {
        try withTemporaryFolder { folder in
            var pack = try PackBytes(name, in: folder)
            #expect(try PackCheck.damage(pack.source(), threads: 2).isEmpty)
            let sections = pack.names(damage.suffix)
            #expect(sections.count > 5)
            for (index, section) in sections.enumerated() where index % 5 == 0 {
                let end = try pack.place(section).upperBound
                let before = pack.bytes
                // One weight, one sum, or all of a scale.
                for byte in end - (damage.suffix == ".scale" ? 4 : 1)..<end {
                    pack.bytes[byte] = damage.suffix == ".scale" ? 0xff : pack.bytes[byte] ^ 0x15
                }
                // The name of a rotated matrix's sections has a word more than its key.
                let name = String(section.dropLast(damage.suffix.count))
                let key = name.hasSuffix(".rotated") ? String(name.dropLast(8)) : name
                let errors = try PackCheck.damage(pack.source(), threads: 2)
                #expect(errors.map(\.tensor) == [key])
                #expect(errors.first?.description.contains(damage.message) ?? false)
                pack.bytes = before
            }
        }
    }

    @Test(
        "wrong sums give the same bits on every instruction set",
        arguments: ["mixtral_full", "deepseek_v2_lite", "gpt_oss_bf16"])
    func sums(name: String) throws {
        let prompt = try TinyModel.prompt(0, of: name)
        try withTemporaryFolder { folder in
            var pack = try PackBytes(name, in: folder)
            var random = SplitMix(seed: 3)
            for section in pack.names(".sum") {
                for index in try pack.place(section) where index % 5 == 0 {
                    pack.bytes[index] = .random(in: 0...255, using: &random)
                }
            }
            let source = try pack.source()
            let expected = outcome(source, prompt, isa: "scalar")
            #expect(expected != nil)
            for isa in Devices.instructionSets {
                #expect(outcome(source, prompt, isa: isa) == expected, "\(isa)")
            }
        }
    }

    /// Changes of any bytes of the file, including the header.
    @Test(
        "a pack with some bytes changed is refused, or gives one answer on every instruction set",
        arguments: 0..<60)
    func anyBytes(seed: UInt64) throws {
        let name = TinyModel.names[Int(seed) % TinyModel.names.count]
        let prompt = Array(try TinyModel.prompt(0, of: name).prefix(8))
        try withTemporaryFolder { folder in
            var pack = try PackBytes(name, in: folder)
            var random = SplitMix(seed: seed)
            let header = 8 + pack.bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
            let range = seed % 3 == 0 ? 0..<header : header..<pack.bytes.count
            for _ in 0..<1 << (seed % 12) {
                pack.bytes[.random(in: range, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            guard let source = try? pack.source() else { return }
            let expected = outcome(source, prompt, isa: "scalar")
            for isa in Devices.instructionSets {
                #expect(outcome(source, prompt, isa: isa) == expected, "\(isa)")
            }
        }
    }

    /// The pack with the sections of `key` replaced.
    private func replaced(
        _ key: String, by sections: [(String, HostTensor)], in folder: String
    ) throws -> ModelSource {
        let pack = try PackBytes("mixtral_full", in: folder)
        let file = try SafetensorsFile(path: pack.path)
        var tensors: [(String, HostTensor)] = []
        for name in file.names where !name.hasPrefix(key + ".") {
            let tensor = try file.require(name)
            guard case .plain(let dtype) = tensor.format else { throw stopped }
            tensors.append(
                (
                    name,
                    try HostTensor(
                        dtype: dtype, shape: tensor.shape, bytes: unsafe Array(tensor.bytes))
                ))
        }
        tensors += sections
        let path = folder + "/changed.switchyard"
        let layout = try SafetensorsLayout(
            tensors.map { .init(name: $0.0, dtype: $0.1.dtype, shape: $0.1.shape) },
            metadata: file.metadata, alignment: 64, path: path)
        var stream = try SafetensorsStream(layout, to: path)
        for (name, tensor) in tensors {
            try unsafe stream.append(tensor.bytes.span.bytes, to: name)
        }
        try stream.finish()
        return try ModelSource(path: path)
    }

    private func sections(_ format: MatrixFormat, _ key: String) throws -> [(String, HostTensor)] {
        try format.sections(key).map { section in
            let count = section.shape.elementCount * section.dtype.byteCount
            return (
                section.name,
                try HostTensor(
                    dtype: section.dtype, shape: section.shape,
                    bytes: [UInt8](repeating: 0, count: count))
            )
        }
    }

    @Test("a matrix in a form that its use cannot have is refused by name")
    func forms() throws {
        let experts = "model.layers.0.block_sparse_moe.experts.down"
        let router = "model.layers.0.block_sparse_moe.gate"
        let int8 = MatrixFormat.Form.int8(hasGroupScales: false)
        let cases: [(String, MatrixFormat)] = [
            (
                "model.embed_tokens", MatrixFormat(form: int8, experts: 1, outputs: 192, inputs: 64)
            ), (router, MatrixFormat(form: int8, experts: 1, outputs: 4, inputs: 64)),
            (experts, MatrixFormat(form: .bf16, experts: 4, outputs: 64, inputs: 96)),
        ]
        for (key, format) in cases {
            try withTemporaryFolder { folder in
                let source = try replaced(key, by: sections(format, key), in: folder)
                do {
                    _ = try MemoryNeed(source, WeightScheme(precision: .int8), kvType: .bf16)
                    Issue.record("\(key) was taken")
                } catch let error as CheckpointError {
                    let isFloat = format.form == .bf16
                    #expect(
                        error.problem
                            == .wrongFormat(
                                tensor: key, found: isFloat ? "float" : "INT8",
                                expected: isFloat ? "INT8" : "float"), "\(error)")
                }
            }
        }
    }
}
