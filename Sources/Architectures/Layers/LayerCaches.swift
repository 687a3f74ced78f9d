import Compute

/// Where each layer's keys and values lie in the cache. Layers with the same window form a group.
struct LayerCaches: Sendable {
    let layout: KVCacheLayout
    /// One for each layer.
    let layers: [KVLayer]
    let queryHeads: Int

    /// - windows: one for each layer; nil if a query sees all tokens.
    init(windows: [Int?], heads: Int, queryHeads: Int, keyDim: Int, valueDim: Int) {
        self.queryHeads = queryHeads
        var groups: [(window: Int?, layers: Int)] = []
        var layers: [KVLayer] = []
        for window in windows {
            let group = groups.firstIndex { $0.window == window } ?? groups.count
            if group == groups.count { groups.append((window, 0)) }
            layers.append(KVLayer(group: group, index: groups[group].layers))
            groups[group].layers += 1
        }
        self.layers = layers
        layout = KVCacheLayout(
            groups: groups.map {
                KVCacheLayout.Group(
                    layers: $0.layers, heads: heads, keyDim: keyDim, valueDim: valueDim,
                    window: $0.window)
            })
    }
}
