package import Checkpoints
package import Compute
package import JSON

/// A model family's forward pass over a backend.
package protocol Architecture: Sendable {
    var shape: ModelShape { get }

    /// The logits of the batch's wanted rows: `[logitRows, vocabulary]`.
    func forward(_ pass: ForwardPass, on backend: some Backend) -> Tensor
}

/// What the rest of the server needs to know about a model.
package struct ModelShape: Sendable {
    package let family: String
    package let vocabulary: Int
    package let hidden: Int
    package let layers: Int
    /// Positions that the model was made for.
    package let contextMax: Int
    package let cache: KVCacheLayout
    /// Experts of a layer and how many a token visits; 0 for dense models.
    package let experts: Int
    package let expertsPerToken: Int
}

/// One forward pass: its tokens, who watches it, and what it is told to do.
package final class ForwardPass {
    package var batch: ForwardBatch
    package var observer: (any ForwardObserver)?
    /// Experts and weights to use in place of the routers' own, by layer.
    package var replay: [Int: (indices: [Int32], weights: [Float], topK: Int)]

    package init(
        batch: ForwardBatch = ForwardBatch(), observer: (any ForwardObserver)? = nil,
        replay: [Int: (indices: [Int32], weights: [Float], topK: Int)] = [:]
    ) {
        self.batch = batch
        self.observer = observer
        self.replay = replay
    }

    /// The layer's routes: the router's choice, or what is replayed.
    func routes(
        _ logits: Tensor, _ rule: RoutingRule, layer: Int, on backend: some Backend
    ) -> Routes {
        let routes =
            if let given = replay[layer] {
                backend.routes(indices: given.indices, weights: given.weights, topK: given.topK)
            } else {
                backend.route(logits, rule)
            }
        if let observer {
            observer.router(layer: layer, logits: backend.read(logits), backend.read(routes))
        }
        return routes
    }

    /// Shows the observer a layer's output: 0 is the first layer's input.
    func observe(_ hidden: Tensor, at index: Int, on backend: some Backend) {
        if let observer { observer.hidden(at: index, backend.read(hidden), width: hidden.columns) }
    }
}

/// Watches a forward pass, for traces. What it is shown is copied out of the backend.
package protocol ForwardObserver: AnyObject {
    /// `values` is `[tokens, width]`: the input of layer 0 at index 0, each layer's output after it,
    /// and at last the final norm's output.
    func hidden(at index: Int, _ values: [Float], width: Int)
    func router(layer: Int, logits: [Float], _ routes: (indices: [Int32], weights: [Float]))
}

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
