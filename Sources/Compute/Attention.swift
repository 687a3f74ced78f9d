/// Where a layer's queries, keys and values stand in the columns of one tensor, and how they meet.
///
/// Columns: `queryHeads` heads of `headDim`, then `kvHeads` keys of `headDim`, then `kvHeads` values
/// of `valueDim`. Query heads `i * queryHeads / kvHeads ..<` share key head `i`.
package struct AttentionShape: Sendable {
    package let queryHeads: Int
    package let kvHeads: Int
    /// Numbers of a query and of a key.
    package let headDim: Int
    /// Numbers of a value.
    package let valueDim: Int
    /// Multiplies the scores before the softmax.
    package let scale: Float
    /// A query sees itself and `window - 1` tokens before it; nil sees all.
    package let window: Int?
    /// `[queryHeads]`: the score of one more key that has no value (gpt-oss); nil without.
    package let sinks: Vector?

    package init(
        queryHeads: Int, kvHeads: Int, headDim: Int, valueDim: Int? = nil, scale: Float,
        window: Int?, sinks: Vector? = nil
    ) {
        precondition(queryHeads % kvHeads == 0, "query heads share key heads evenly")
        self.queryHeads = queryHeads
        self.kvHeads = kvHeads
        self.headDim = headDim
        self.valueDim = valueDim ?? headDim
        self.scale = scale
        self.window = window
        self.sinks = sinks
    }

    package var queryColumns: Int { queryHeads * headDim }
    package var keyColumns: Int { kvHeads * headDim }
    package var valueColumns: Int { kvHeads * valueDim }
    package var outputColumns: Int { queryHeads * valueDim }
}

/// Multi-head latent attention (arXiv:2405.04434 §2.1) in its absorbed form: the cache holds one head
/// of `latent + ropeDim` numbers a token, its first `latent` numbers being the value too.
package struct LatentAttentionShape: Sendable {
    package let heads: Int
    /// Numbers of a query head that meet the latent, and that are rotated.
    package let plainDim: Int
    package let ropeDim: Int
    package let latent: Int
    /// Numbers of a head's output.
    package let valueDim: Int
    /// Multiplies the scores before the softmax.
    package let scale: Float

    package init(
        heads: Int, plainDim: Int, ropeDim: Int, latent: Int, valueDim: Int, scale: Float
    ) {
        self.heads = heads
        self.plainDim = plainDim
        self.ropeDim = ropeDim
        self.latent = latent
        self.valueDim = valueDim
        self.scale = scale
    }

    /// Numbers of a query head as projected.
    package var headDim: Int { plainDim + ropeDim }
    /// Rows of the up-projection that a head has: of its keys, then of its values.
    package var upRows: Int { plainDim + valueDim }

    /// The attention that absorbed queries take part in.
    package var absorbed: AttentionShape {
        AttentionShape(
            queryHeads: heads, kvHeads: 1, headDim: latent + ropeDim, valueDim: latent,
            scale: scale, window: nil)
    }
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
