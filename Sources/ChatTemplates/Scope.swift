/// The variables of a template, of a macro's call, or of one iteration of a loop. A name that is
/// not found here is looked up in the enclosing scope; an assignment changes this scope only.
final class Scope {
    /// Up to this many variables a linear search is faster than hashing.
    private static let unindexedMax = 16

    private let parent: Scope?
    private var names: [NameID] = []
    private var values: [Value] = []
    private var index: [NameID: Int] = [:]  // empty up to `unindexedMax` variables

    init(in parent: Scope?) { self.parent = parent }

    func value(_ name: NameID) -> Value? {
        var scope = self
        while true {
            if let position = scope.position(of: name) { return scope.values[position] }
            guard let parent = scope.parent else { return nil }
            scope = parent
        }
    }

    func set(_ name: NameID, _ value: Value) {
        if let position = position(of: name) {
            values[position] = value
            return
        }
        names.append(name)
        values.append(value)
        if !index.isEmpty {
            index[name] = names.count - 1
        } else if names.count > Self.unindexedMax {
            for (position, name) in names.enumerated() { index[name] = position }
        }
    }

    private func position(of name: NameID) -> Int? {
        index.isEmpty ? names.firstIndex(of: name) : index[name]
    }
}
