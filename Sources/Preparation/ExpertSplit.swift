package import Checkpoints
import JSON
package import Models

/// Cuts the dense feed-forward network of a Llama into equal experts of a Mixtral that visits all of
/// them: expert `e` gets its share of gate and up rows and of down columns, the router's weights are
/// zero, so that each weighs 1/N, and the down-projections are multiplied by N, a power of two. The
/// sum of the experts' outputs is then exactly the dense network's, up to the order of addition.
package struct ExpertSplit: WeightCatalog {
    private let dense: any WeightCatalog
    private let experts: Int
    /// Gate and up rows of one layer's dense network.
    private let inner: Int

    /// The split model, with the same tokenizer and template.
    package static func apply(_ experts: Int, to source: ModelSource) throws(CheckpointError)
        -> ModelSource
    {
        func error(_ message: String) -> CheckpointError {
            CheckpointError(.configuration(message), in: source.configurationFile)
        }
        guard source.configuration["model_type"]?.stringValue == "llama",
            case .catalog(let dense) = source.weights
        else {
            throw error("only a dense llama checkpoint can be split into experts")
        }
        guard experts >= 2, experts <= 64, experts.nonzeroBitCount == 1 else {
            throw error("--split-experts \(experts): give 2, 4, 8, 16, 32 or 64")
        }
        guard let inner = source.configuration["intermediate_size"]?.integerValue, inner > 0,
            inner % experts == 0
        else {
            throw error("'intermediate_size' is no multiple of \(experts)")
        }
        for key in ["attention_bias", "mlp_bias"]
        where source.configuration[key]?.boolValue == true {
            throw error("'\(key)' true cannot be split into experts")
        }
        var configuration = source.configuration
        configuration["model_type"] = "mixtral"
        configuration["architectures"] = ["MixtralForCausalLM"]
        configuration["intermediate_size"] = .integer(Int64(inner / experts))
        configuration["num_local_experts"] = .integer(Int64(experts))
        configuration["num_experts_per_tok"] = .integer(Int64(experts))
        return ModelSource(
            source, configuration: configuration,
            catalog: ExpertSplit(dense: dense, experts: experts, inner: inner))
    }

    package var location: String { dense.location }
    package var byteCount: Int { dense.byteCount }
    package var stored: [StoredTensor] { dense.stored }

    package func contains(_ name: String) -> Bool {
        SplitName(name) != nil || dense.contains(name)
    }

    package func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError)
        -> MatrixSource
    {
        guard let split = SplitName(name) else {
            return try dense.matrix(name, rows: rows, columns: columns)
        }
        let width = inner / experts
        switch split.part {
        case .router:
            return .zeros(name: name, rows: rows, columns: columns)
        case .rows(let denseName, let expert):
            let whole = try dense.matrix(
                split.prefix + denseName, rows: inner, columns: columns)
            return whole.slice(rows: expert * width..<(expert + 1) * width)
        case .columns(let denseName, let expert):
            let whole = try dense.matrix(split.prefix + denseName, rows: rows, columns: inner)
            return whole.slice(
                columns: expert * width..<(expert + 1) * width, times: Float(experts))
        }
    }

    package func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        try dense.vector(name, count: count)
    }
}

/// A name of the split model that the dense one does not have.
private struct SplitName {
    enum Part {
        case router
        case rows(String, expert: Int)
        case columns(String, expert: Int)
    }

    /// `model.layers.N.`
    let prefix: String
    let part: Part

    init?(_ name: String) {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count > 4, parts[3] == "block_sparse_moe", parts.last == "weight" else {
            return nil
        }
        prefix = parts[..<3].joined(separator: ".") + "."
        if parts[4] == "gate" {
            part = .router
            return
        }
        guard parts.count == 8, parts[4] == "experts", let expert = Int(parts[5]) else {
            return nil
        }
        switch parts[6] {
        case "w1": part = .rows("mlp.gate_proj.weight", expert: expert)
        case "w3": part = .rows("mlp.up_proj.weight", expert: expert)
        case "w2": part = .columns("mlp.down_proj.weight", expert: expert)
        default: return nil
        }
    }
}
