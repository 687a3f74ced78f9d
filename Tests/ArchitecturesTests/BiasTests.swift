import Architectures
import Checkpoints
import Compute
import Inference
import JSON
import Models
import TestSupport
import Testing

/// Biases that no fixture's configuration turns on. For those that the reference has (Qwen2-MoE's
/// queries, gpt-oss's outputs and experts) the fixtures prove the arithmetic.
@Suite struct BiasTests {
    private static let attention = ["q_proj", "k_proj", "v_proj", "o_proj"]
    private static let network = ["gate_proj", "up_proj", "down_proj"]

    @Test(
        "biases of zero change nothing, others do",
        arguments: [
            ("llama_tied", "attention_bias", "self_attn", attention),
            ("llama_tied", "mlp_bias", "mlp", network),
            ("qwen3_dense", "attention_bias", "self_attn", attention),
            ("olmoe", "attention_bias", "self_attn", attention),
            ("granitemoe", "attention_bias", "self_attn", attention),
            (
                "deepseek_v3_yarn", "attention_bias", "self_attn",
                ["q_a_proj", "kv_a_proj_with_mqa", "o_proj"]
            ),
            ("deepseek_v3_plain", "attention_bias", "self_attn", ["kv_a_proj_with_mqa", "o_proj"]),
        ])
    func biases(name: String, key: String, part: String, projections: [String]) throws {
        let fixture = try Fixture(folder: name)
        let expected = try fixture.floats("p0.logits")
        let tolerance = Float(
            try #require(
                fixture.reference["tolerance"]?["logits_max_abs_float32"]?.doubleValue))
        let zero = try logits(fixture, key, part, projections, bias: 0)
        #expect(largestDifference(zero, expected) <= tolerance)
        for projection in projections {
            let other = try logits(fixture, key, part, projections, bias: 0.5, only: projection)
            // A key's bias before rotation changes scores only a little.
            #expect(largestDifference(other, expected) > 10 * tolerance, "\(projection)")
        }
    }

    @Test("Qwen2 is Llama with biased queries, keys and values")
    func qwen2() throws {
        let fixture = try Fixture(folder: "llama_llama3rope")
        let names = ["q_proj", "k_proj", "v_proj"]
        let llama = try logits(
            fixture, "attention_bias", "self_attn", names + ["o_proj"], bias: 0.25,
            except: "o_proj")
        let qwen = try logits(fixture, "", "self_attn", names, bias: 0.25, family: "qwen2")
        #expect(llama.bits == qwen.bits)
    }

    /// The configuration has none, and a model that ignored it would give other numbers.
    @Test(
        "a bias that no layer would read is refused by name",
        arguments: [
            ("llama_tied", "self_attn", "q_proj"), ("llama_tied", "mlp", "down_proj"),
            ("qwen2_moe", "self_attn", "o_proj"), ("mixtral_full", "block_sparse_moe", "gate"),
            ("mixtral_full", "block_sparse_moe.experts.1", "w2"),
            ("granitemoe", "block_sparse_moe", "input_linear"),
            ("qwen3_moe", "self_attn", "q_norm"), ("deepseek_v3_yarn", "self_attn", "q_b_proj"),
            ("deepseek_v3_yarn", "mlp.shared_experts", "up_proj"),
        ])
    func unreadBias(name: String, part: String, module: String) throws {
        let error = #expect(throws: ModelError.self) {
            _ = try logits(Fixture(folder: name), "", part, [module], bias: 1)
        }
        let message = error?.description ?? ""
        #expect(message.contains(".\(part).\(module).bias' would not be read"), "\(message)")
    }

    /// The first prompt's logits with `bias` added by some of a layer's projections.
    private func logits(
        _ fixture: Fixture, _ key: String, _ part: String, _ projections: [String], bias: Float,
        only: String? = nil, except: String? = nil, family: String? = nil
    ) throws -> [Float] {
        let source = try fixture.source(configuration: "config.json") { configuration in
            if !key.isEmpty { configuration[key] = true }
            if let family { configuration["model_type"] = .string(family) }
        }
        guard case .catalog(let catalog) = source.weights else {
            throw TestError("\(fixture.name) is no checkpoint")
        }
        let biased = BiasedCatalog(
            base: catalog, part: part, projections: projections,
            bias: { $0 != except && (only == nil || $0 == only) ? bias : 0 })
        let session = try Session(
            ModelSource(source, configuration: source.configuration, catalog: biased), .reference)
        return try session.logits(fixture.prompt(0))
    }
}

/// A catalog with a bias for each of some projections; its elements alternate in sign.
private struct BiasedCatalog: WeightCatalog {
    let base: any WeightCatalog
    let part: String
    let projections: [String]
    let bias: @Sendable (String) -> Float

    var location: String { base.location }
    var byteCount: Int { base.byteCount }
    var stored: [StoredTensor] { base.stored }

    func contains(_ name: String) -> Bool {
        projection(name) != nil || base.contains(name)
    }

    func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> MatrixSource {
        try base.matrix(name, rows: rows, columns: columns)
    }

    func matrix(
        _ index: Int, of count: Int, in name: String, rows: Int, columns: Int, isTransposed: Bool
    ) throws(CheckpointError) -> MatrixSource {
        try base.matrix(
            index, of: count, in: name, rows: rows, columns: columns, isTransposed: isTransposed)
    }

    func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        guard let projection = projection(name) else {
            return try base.vector(name, count: count)
        }
        let size = bias(projection)
        return (0..<count).map { $0 % 3 == 0 ? size : -size / 2 }
    }

    private func projection(_ name: String) -> String? {
        projections.first { name.hasSuffix(".\(part).\($0).bias") }
    }
}
