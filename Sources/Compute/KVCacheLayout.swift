/// The KV cache's layout. Layers with equal window and shape form a group, which has its own block
/// table.
package struct KVCacheLayout: Sendable, Equatable {
    package struct Group: Sendable, Equatable {
        package let layers: Int
        package let heads: Int
        package let keyDim: Int
        package let valueDim: Int
        package let window: Int?

        package init(layers: Int, heads: Int, keyDim: Int, valueDim: Int, window: Int?) {
            self.layers = layers
            self.heads = heads
            self.keyDim = keyDim
            self.valueDim = valueDim
            self.window = window
        }
    }

    /// Tokens in a block.
    package static let blockTokens = 16

    package let groups: [Group]

    package init(groups: [Group]) {
        self.groups = groups
    }

    /// Bytes of one head's keys and values in one block, padded to whole cache lines. INT8 blocks
    /// also hold a scale for each token's key and value.
    package static func headBytes(_ group: Group, _ type: KVType) -> Int {
        let numbers = blockTokens * (group.keyDim + group.valueDim) * type.bytes
        let scales = type == .int8 ? 2 * blockTokens * 4 : 0
        return (numbers + scales + 63) / 64 * 64
    }

    /// Bytes of a block: those of the widest group, so that all groups share one pool.
    package func blockBytes(_ type: KVType) -> Int {
        groups.map { $0.layers * $0.heads * Self.headBytes($0, type) }.max() ?? 0
    }
}
