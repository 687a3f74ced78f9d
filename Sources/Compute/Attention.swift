/// Where a layer's queries, keys and values stand in the columns of one tensor, and how they meet.
///
/// Columns: `queryHeads` heads of `headDim`, then `kvHeads` keys of `headDim`, then `kvHeads` values
/// of `headDim`. Query heads `i * queryHeads / kvHeads ..<` share key head `i`.
package struct AttentionShape: Sendable {
    package let queryHeads: Int
    package let kvHeads: Int
    package let headDim: Int
    /// Multiplies the scores before the softmax.
    package let scale: Float
    /// A query sees itself and `window - 1` tokens before it; nil sees all.
    package let window: Int?

    package init(queryHeads: Int, kvHeads: Int, headDim: Int, scale: Float, window: Int?) {
        precondition(queryHeads % kvHeads == 0, "query heads share key heads evenly")
        self.queryHeads = queryHeads
        self.kvHeads = kvHeads
        self.headDim = headDim
        self.scale = scale
        self.window = window
    }

    package var queryColumns: Int { queryHeads * headDim }
    package var keyColumns: Int { kvHeads * headDim }
}

/// Where a layer's keys and values lie: its group of layers and its place in the group.
package struct KVLayer: Sendable {
    package let group: Int
    package let index: Int

    package init(group: Int, index: Int) {
        self.group = group
        self.index = index
    }
}

/// How the KV cache stores keys and values.
package enum KVType: String, Sendable, CaseIterable {
    case f32, bf16, f16, int8

    package var bytes: Int {
        switch self {
        case .f32: 4
        case .bf16, .f16: 2
        case .int8: 1
        }
    }
}

/// The KV cache's layout: layers of equal window and shape form a group with its own block table.
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

    /// Tokens a block holds.
    package static let blockTokens = 16

    package let groups: [Group]

    package init(groups: [Group]) {
        self.groups = groups
    }

    /// Bytes of one head's keys and values in one block, padded to whole cache lines; INT8 carries a
    /// scale for each token's key and value.
    package static func headBytes(_ group: Group, _ type: KVType) -> Int {
        let numbers = blockTokens * (group.keyDim + group.valueDim) * type.bytes
        let scales = type == .int8 ? 2 * blockTokens * 4 : 0
        return (numbers + scales + 63) / 64 * 64
    }

    /// Bytes of one block of any group: the widest, so that groups share one pool.
    package func blockBytes(_ type: KVType) -> Int {
        groups.map { $0.layers * $0.heads * Self.headBytes($0, type) }.max() ?? 0
    }
}
