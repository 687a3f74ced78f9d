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
