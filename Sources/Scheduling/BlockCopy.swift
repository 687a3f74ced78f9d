/// A copy of one whole block to another, in every layer of the group that owns it.
package struct BlockCopy: Sendable, Equatable {
    package let group: Int
    package let from: Int32
    package let to: Int32
}
