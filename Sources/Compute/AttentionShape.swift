/// The sizes of a layer's attention, and which columns of one tensor hold its queries, keys and
/// values.
///
/// Columns: `queryHeads` heads of `headDim`, then `kvHeads` keys of `headDim`, then `kvHeads`
/// values of `valueDim`. Each `queryHeads / kvHeads` consecutive query heads share one key head.
package struct AttentionShape: Sendable {
    package let queryHeads: Int
    package let kvHeads: Int
    /// The length of a query and of a key.
    package let headDim: Int
    /// The length of a value.
    package let valueDim: Int
    /// Multiplies the scores before the softmax.
    package let scale: Float
    /// A query sees itself and `window - 1` tokens before it; nil means all.
    package let window: Int?
    /// `[queryHeads]`: for each head the score of one additional key that has no value (gpt-oss);
    /// nil if the model has none.
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
