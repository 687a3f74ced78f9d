import Architectures
import Checkpoints
package import Models

extension ModelSource {
    /// The checkpoint's tensors that the model does not read; nil for a pack, which holds no other,
    /// and for a model that cannot be built, as loading it says.
    package var unread: UnreadTensors? {
        guard case .catalog(let catalog) = weights,
            let names = try? ArchitectureRegistry.weightNames(
                configuration, file: configurationFile, location: catalog.location,
                holds: { catalog.contains($0) })
        else { return nil }
        return UnreadTensors(of: catalog, read: names, configuration)
    }
}
