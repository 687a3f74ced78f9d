package import Checkpoints
package import Compute
package import JSON

/// The families by `model_type`.
package enum ArchitectureRegistry {
    /// A family's constructor.
    package typealias Builder =
        @Sendable (ConfigurationReader, WeightLoader)
        throws(CheckpointError) -> any Architecture

    private static let families: [String: Builder] = [
        "deepseek_v2": { config, weights throws(CheckpointError) in
            try DeepSeek(.v2, config, from: weights)
        },
        "deepseek_v3": { config, weights throws(CheckpointError) in
            try DeepSeek(.v3, config, from: weights)
        },
        "gpt_oss": { config, weights throws(CheckpointError) in try GPTOSS(config, from: weights) },
        "granite": { config, weights throws(CheckpointError) in try Granite(config, from: weights)
        },
        "granitemoe": { config, weights throws(CheckpointError) in
            try GraniteMoE(config, from: weights)
        },
        "llama": { config, weights throws(CheckpointError) in try Llama(config, from: weights) },
        "mixtral": { config, weights throws(CheckpointError) in
            try Mixtral(config, from: weights)
        },
        "olmoe": { config, weights throws(CheckpointError) in try OLMoE(config, from: weights) },
        "qwen2": { config, weights throws(CheckpointError) in try Qwen2(config, from: weights) },
        "qwen2_moe": { config, weights throws(CheckpointError) in
            try Qwen2MoE(config, from: weights)
        },
        "qwen3": { config, weights throws(CheckpointError) in try Qwen3(config, from: weights) },
        "qwen3_moe": { config, weights throws(CheckpointError) in
            try Qwen3MoE(config, from: weights)
        },
    ]

    /// Families that can be loaded, sorted.
    package static var names: [String] { families.keys.sorted() }

    /// Builds the model that `configuration` describes from the weights in `store`.
    package static func build(
        _ configuration: JSONObject, file: String, from store: any WeightStore
    ) throws(CheckpointError) -> any Architecture {
        let config = ConfigurationReader(configuration, file: file)
        guard let builder = families[config.modelType] else {
            throw CheckpointError(
                .unsupported(
                    "model_type '\(config.modelType)' is not supported",
                    remedy: "supported: " + names.joined(separator: ", ")), in: file)
        }
        return try builder(config, WeightLoader(store))
    }
}
