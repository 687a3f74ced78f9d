import Checkpoints
package import JSON

/// The tensors of a checkpoint that its model does not read. They are reported by name, since a
/// wrong name would change the results and nothing else would show it.
package struct UnreadTensors: Sendable {
    /// The names as stored, in file order.
    package private(set) var names: [String] = []
    /// The number of further tensors, by kind, that are known to be of no use.
    package private(set) var known: [String: Int] = [:]

    /// How many names a line shows.
    private static let namesShown = 5

    /// - published: the names that the model reads.
    package init(
        of catalog: any WeightCatalog, read published: Set<String>, _ configuration: JSONObject
    ) {
        var read: Set<String> = []
        for name in published { read.formUnion(catalog.storedNames(of: name)) }
        for tensor in catalog.stored where !read.contains(tensor.name) {
            if let kind = Self.kind(of: tensor.name, configuration) {
                known[kind, default: 0] += 1
            } else {
                names.append(tensor.name)
            }
        }
    }

    /// A line for the log; nil if every tensor is read or known.
    package var line: String? {
        guard !names.isEmpty else { return nil }
        var line =
            "\(names.count) \(names.count == 1 ? "tensor is" : "tensors are") not read: "
            + names.prefix(Self.namesShown).joined(separator: ", ")
        if names.count > Self.namesShown { line += ", …" }
        if !known.isEmpty {
            let parts = known.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }
            line += "; known to be of no use: " + parts.joined(separator: ", ")
        }
        return line
    }

    /// The kind of a tensor that no model needs; nil for other tensors.
    private static func kind(of name: String, _ configuration: JSONObject) -> String? {
        // Old files store these although the configuration determines them.
        if name.hasSuffix(".rotary_emb.inv_freq") { return "rotary frequencies" }
        // Here scales of activations and caches are computed at run time.
        if ["input_scale", "input_zero_point", "output_scale", "k_scale", "v_scale"].contains(
            where: {
                name.hasSuffix("." + $0)
            })
        {
            return "activation scales"
        }
        let parts = name.split(separator: ".")
        if parts.starts(with: ["model", "layers"]), parts.count > 3, let layer = Int(parts[2]),
            predictionLayers(configuration).contains(layer)
        {
            return "prediction layers"
        }
        return nil
    }

    /// DeepSeek's layers after the last one, which predict further tokens.
    private static func predictionLayers(_ configuration: JSONObject) -> Range<Int> {
        guard configuration["model_type"]?.stringValue == "deepseek_v3",
            let layers = configuration["num_hidden_layers"]?.integerValue
        else { return 0..<0 }
        let count = configuration["num_nextn_predict_layers"]?.integerValue ?? 1
        return layers..<layers + min(max(count, 0), 64)
    }
}
