/// What a parsed text may cost.
package struct JSONLimits: Sendable, Equatable {
    /// No caller gets more nesting than this, so that neither parsing nor releasing a value, which
    /// recurse, can exhaust a thread's stack.
    package static let depthCeiling = 1_024
    /// A longer number is refused.
    package static let numberBytesMax = 4_096

    /// Length of the whole text.
    package let bytesMax: Int
    /// Nesting of arrays and objects; at most `depthCeiling`.
    package let depthMax: Int

    package init(bytesMax: Int = 64 << 20, depthMax: Int = 128) {
        self.bytesMax = bytesMax
        self.depthMax = min(depthMax, Self.depthCeiling)
    }
}
