/// Limits on a text that is parsed.
package struct JSONLimits: Sendable, Equatable {
    /// The highest `depthMax` that a caller may ask for. Parsing and releasing a value recurse, so
    /// more nesting could exhaust a thread's stack.
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
