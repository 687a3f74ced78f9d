package import Checkpoints
package import Compute
package import JSON

/// The families by `model_type`.
package enum ArchitectureRegistry {
    private static let families: [any DecoderArchitecture.Type] = [
        DeepSeek.self, GPTOSS.self, Granite.self, GraniteMoE.self, Llama.self, Mixtral.self,
        OLMoE.self, Qwen2.self, Qwen2MoE.self, Qwen3.self, Qwen3MoE.self,
    ]

    /// Families that can be loaded, sorted.
    package static var names: [String] { families.flatMap { $0.modelTypes }.sorted() }

    /// Builds the model that `configuration` describes from the weights in `store`.
    package static func build(
        _ configuration: JSONObject, file: String, from store: any WeightStore
    ) throws(CheckpointError) -> any Architecture {
        let config = ConfigurationReader(configuration, file: file)
        let type = config.modelType
        guard let family = families.first(where: { $0.modelTypes.contains(type) }) else {
            throw CheckpointError(
                .unsupported(
                    "model_type '\(type)' is not supported",
                    remedy: "supported: " + names.joined(separator: ", ")), in: file)
        }
        return try family.init(config, from: WeightLoader(store))
    }
}
