/// Where a layer's keys and values lie: its group of layers and its place in the group.
package struct KVLayer: Sendable {
    package let group: Int
    package let index: Int

    package init(group: Int, index: Int) {
        self.group = group
        self.index = index
    }
}
