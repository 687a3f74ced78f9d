/// Variables of a template, a macro's call or a pass through a loop. What is not found here is
/// looked up where this scope stands; what is set stays here.
final class Scope {
    private let parent: Scope?
    private var names: [NameID] = []
    private var values: [Value] = []

    init(in parent: Scope?) { self.parent = parent }

    func value(_ name: NameID) -> Value? {
        var scope = self
        while true {
            if let index = scope.names.firstIndex(of: name) { return scope.values[index] }
            guard let parent = scope.parent else { return nil }
            scope = parent
        }
    }

    func set(_ name: NameID, _ value: Value) {
        if let index = names.firstIndex(of: name) {
            values[index] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }
}
