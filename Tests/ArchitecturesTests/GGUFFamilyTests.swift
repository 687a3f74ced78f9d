import Architectures
import Checkpoints
import Compute
import Glibc
import Inference
import JSON
import Memory
import Models
import Preparation
import Quantization
import TestSupport
import Testing

/// Checkpoints written as GGUF files, with llama.cpp's names and orders of rows, give the same
/// logits.
@Suite struct GGUFFamilyTests {
    /// Cases, and whether the file holds `kv_b_proj` in two halves.
    private static let cases =
        ["deepseek_v2_group", "deepseek_v2_lite", "deepseek_v3_plain", "deepseek_v3_yarn"].flatMap {
            [($0, false), ($0, true)]
        } + [("mixtral_full", false), ("qwen3_dense", false)]

    private func catalog(of source: ModelSource) throws -> any WeightCatalog {
        guard case .catalog(let catalog) = source.weights else {
            throw TestError("\(source.name) is no checkpoint")
        }
        return catalog
    }

    @Test("a checkpoint has the same logits as a GGUF file", arguments: cases)
    func logits(name: String, isSplit: Bool) throws {
        let fixture = try Fixture(folder: name)
        let source = try fixture.source()
        let configuration = source.configuration
        let writer = GGUFWriter(configuration, splitsLatent: isSplit)
        let catalog = try catalog(of: source)
        let file = try TemporaryFile(writer.bytes(catalog))
        let session = try Session(ModelSource(path: file.path), .reference)
        #expect(session.model.shape.family == configuration["model_type"]?.stringValue)
        for prompt in 0..<fixture.promptCount {
            let logits = try session.logits(fixture.prompt(prompt))
            #expect(
                largestDifference(logits, try fixture.floats("p\(prompt).logits")) <= 2e-4)
        }
    }

    @Test(
        "a bias or a part of a rotation is not passed over",
        arguments: [
            ("attn_q", nil, "blk.0.attn_q.bias"), ("ffn_up", nil, "blk.0.ffn_gate.bias"),
            (nil, 8, "rope.dimension_count' 8 of 32"),
        ] as [(String?, Int?, String)])
    func unusual(bias: String?, rotary: Int?, message: String) throws {
        let source = try Fixture(folder: "llama_tied").source()
        let catalog = try catalog(of: source)
        let writer = GGUFWriter(
            source.configuration, splitsLatent: false, bias: bias, rotary: rotary)
        let file = try TemporaryFile(writer.bytes(catalog))
        let error = #expect(throws: (any Error).self) {
            _ = try Session(ModelSource(path: file.path), .reference)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(message))
    }

    /// llama.cpp takes a scaling without a type for a linear one, under its old name too, and a
    /// factor of 0 for none.
    @Test(
        "a GGUF file's rotary scaling is llama.cpp's",
        arguments: [
            ([("rope.scaling.factor", 2.0)], nil, 2), ([("rope.scale_linear", 2.0)], nil, 2),
            ([("rope.scaling.factor", 2.0)], "linear", 2),
            ([("rope.scaling.factor", 2.0)], "none", nil),
            ([("rope.scaling.factor", 0.0)], "linear", nil), ([], "linear", nil),
        ] as [([(String, Double)], String?, Int64?)])
    func scaling(numbers: [(String, Double)], type: String?, factor: Int64?) throws {
        let fixture = try Fixture(folder: "llama_tied")
        let source = try fixture.source()
        let catalog = try catalog(of: source)
        var extra = numbers.map { ($0.0, GGUFWriter.Value.float($0.1)) }
        if let type { extra.append(("rope.scaling.type", .text(type))) }
        let file = try TemporaryFile(
            GGUFWriter(source.configuration, splitsLatent: false, extra: extra).bytes(catalog))
        let logits = try Session(ModelSource(path: file.path), .reference)
            .logits(fixture.prompt(0))
        let said = try fixture.source(configuration: "config.json") { configuration in
            configuration["rope_parameters"] = nil
            configuration["rope_theta"] =
                source.configuration["rope_parameters"]?["rope_theta"]
                ?? configuration["rope_theta"]
            configuration["rope_scaling"] = factor.map {
                ["rope_type": "linear", "factor": .integer($0)]
            }
        }
        let expected = try Session(said, .reference).logits(fixture.prompt(0))
        #expect(largestDifference(logits, expected) <= 2e-4)
    }

    @Test("metadata of another type than it should be is refused, not passed over")
    func wrongType() throws {
        let source = try Fixture(folder: "llama_tied").source()
        let catalog = try catalog(of: source)
        for key in ["rope.freq_base", "attention.head_count_kv", "rope.scaling.factor"] {
            let writer = GGUFWriter(
                source.configuration, splitsLatent: false, extra: [(key, .text("5e5"))])
            let file = try TemporaryFile(writer.bytes(catalog))
            let error = #expect(throws: CheckpointError.self) {
                _ = try ModelSource(path: file.path)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("'llama.\(key)' is not a"))
        }
    }

    @Test(
        "a split file has the logits of the whole, whichever part is named",
        arguments: [false, true])
    func split(firstIsEmpty: Bool) throws {
        let fixture = try Fixture(folder: "mixtral_full")
        let source = try fixture.source()
        let writer = GGUFWriter(source.configuration, splitsLatent: false)
        let catalog = try catalog(of: source)
        let whole = try TemporaryFile(writer.bytes(catalog))
        let expected = try Session(ModelSource(path: whole.path), .reference)
            .logits(fixture.prompt(0))
        let folder = try TemporaryFolder()
        let parts = try writer.parts(3, firstIsEmpty: firstIsEmpty, catalog)
        for (index, bytes) in parts.enumerated() {
            try folder.write(bytes, to: "mix-0000\(index + 1)-of-00003.gguf")
        }
        for name in ["/mix-00001-of-00003.gguf", "/mix-00002-of-00003.gguf", ""] {
            let model = try ModelSource(path: folder.path + name)
            #expect(model.name == "mix")
            #expect(model.form == .gguf)
            #expect(model.path == folder.path + "/mix-00001-of-00003.gguf")
            let logits = try Session(model, .reference).logits(fixture.prompt(0))
            #expect(logits.bits == expected.bits, "\(name)")
        }
        // If any part changes, the key of the model's cached pack changes.
        var keys: Set<String> = [try key(of: folder.path)]
        for (index, bytes) in parts.enumerated() {
            try folder.write(bytes + [0], to: "mix-0000\(index + 1)-of-00003.gguf")
            keys.insert(try key(of: folder.path))
        }
        #expect(keys.count == 4)
    }

    private func key(of path: String) throws -> String {
        try #require(
            PackCache.key(
                for: ModelSource(path: path), WeightScheme(precision: .int8), splitExperts: nil,
                calibration: "", layout: ""))
    }

    /// Without `key_length` heads divide the width, even if the family's class has another default
    /// of `head_dim`.
    @Test("a GGUF file without a head's width has the usual one")
    func usualWidth() throws {
        let source = try Fixture(folder: "qwen3_dense").source()
        let catalog = try catalog(of: source)
        var configuration = source.configuration
        configuration["head_dim"] = nil
        let writer = GGUFWriter(configuration, splitsLatent: false)
        let file = try TemporaryFile(writer.bytes(catalog))
        #expect(try ModelSource(path: file.path).configuration["head_dim"] == .null)
    }
}
