package import JSON
import Memory

/// A checkpoint's `*.index.json`: which shard holds which tensor.
package struct ShardIndex: Sendable {
    /// A longer index is refused. Real ones have about 100 bytes for each tensor.
    package static let bytesMax = 32 << 20

    /// The index itself, for messages.
    package let path: String

    /// The shards' file names, sorted, each once.
    package let shards: [String]

    private let shardByTensor: [String: String]

    /// Reads and checks the index at `path`.
    package init(path: String) throws(CheckpointError) {
        let file = try MappedFile(checkpoint: path)
        defer { extendLifetime(file) }
        let limits = JSONLimits(bytesMax: Self.bytesMax, depthMax: 8)
        do {
            // SAFETY: `file` lives until this returns, and the parser keeps no pointer.
            try self.init(unsafe JSONParser.parse(file.bytes, limits: limits), path: path)
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(.malformed("not JSON (\(error))"), in: path)
        }
    }

    /// Checks a parsed index; `path` is for messages.
    package init(_ json: JSONValue, path: String) throws(CheckpointError) {
        guard let map = json["weight_map"]?.objectValue else {
            throw CheckpointError(.malformed("there is no object 'weight_map'"), in: path)
        }
        var shardByTensor: [String: String] = [:]
        for (tensor, value) in map {
            // A name with a slash could lead out of the folder.
            guard let shard = value.stringValue, shard.hasSuffix(".safetensors"),
                !shard.utf8.contains(UInt8(ascii: "/")), !shard.utf8.contains(0)
            else {
                throw CheckpointError(
                    .malformedTensor(
                        tensor: tensor, "is not mapped to a safetensors file beside the index"),
                    in: path)
            }
            shardByTensor[tensor] = shard
        }
        guard !shardByTensor.isEmpty else {
            throw CheckpointError(.malformed("'weight_map' is empty"), in: path)
        }
        self.path = path
        self.shardByTensor = shardByTensor
        shards = Set(shardByTensor.values).sorted()
    }

    /// The shard that holds `tensor`; nil if the index does not say.
    package func shard(of tensor: String) -> String? { shardByTensor[tensor] }

    /// Throws if a tensor of the index is not there.
    func check(_ isPresent: (String) -> Bool) throws(CheckpointError) {
        for (tensor, shard) in shardByTensor where !isPresent(tensor) {
            throw CheckpointError(
                .malformedTensor(tensor: tensor, "should be in \(shard), which does not have it"),
                in: path)
        }
    }
}
