/// The models of this server.
package struct ModelCatalog: Sendable {
    /// The first one serves requests that name none.
    package let models: [ServedModel]
    private let indexes: [String: Int]

    /// Needs at least one model; of equal names the first counts.
    package init(_ models: [ServedModel]) {
        precondition(!models.isEmpty, "a server needs a model")
        self.models = models
        var indexes: [String: Int] = [:]
        for (index, model) in models.enumerated() {
            for name in [model.description.name] + model.description.aliases
            where indexes[name] == nil {
                indexes[name] = index
            }
        }
        self.indexes = indexes
    }

    /// The model of that name, or the default one for nil.
    package func find(_ name: String?) throws(APIError) -> ServedModel {
        guard let name else { return models[0] }
        guard let index = indexes[name] else {
            let names = models.prefix(8).map { "'\($0.description.name)'" }
            throw APIError(
                .unknownModel,
                "there is no model '\(Spelling.shown(name))' here; this server has "
                    + names.joined(separator: ", "),
                param: "model")
        }
        return models[index]
    }
}
