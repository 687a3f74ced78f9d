/// An object that can change during a rendering, or that refers to one that can. The interpreter
/// owns these objects; values refer to them by id.
enum TemplateObject {
    case namespace(ValueDictionary)
    case loop(LoopState)
    case cycler(items: [Value], position: Int)
    case joiner(separator: Value, wasUsed: Bool)
    /// A macro and the scope it was defined in.
    case macro(Macro, Scope)
    /// The elements that a lazy filter has not yet handed out, each only once; or the error it
    /// throws when one is asked for.
    case iterator(Result<[Value], ChatTemplateError>)
}

/// The variable `loop`.
struct LoopState {
    let items: [Value]
    /// How many calls of `loop` enclose this one.
    let depth: Int
    /// The loop that a call of `loop` runs again, and its scope; nil unless the loop is recursive.
    let again: (loop: Loop, scope: Scope)?
    var index = 0
    /// The last arguments of `loop.changed`.
    var lastChecked: [Value]?

    func attribute(_ name: String) -> Value? {
        switch name {
        case "index": .integer(index + 1)
        case "index0": .integer(index)
        case "revindex": .integer(items.count - index)
        case "revindex0": .integer(items.count - index - 1)
        case "first": .bool(index == 0)
        case "last": .bool(index == items.count - 1)
        case "length": .integer(items.count)
        case "depth": .integer(depth + 1)
        case "depth0": .integer(depth)
        case "previtem":
            index > 0 ? items[index - 1] : .undefined(.other("there is no previous item"))
        case "nextitem":
            index + 1 < items.count
                ? items[index + 1] : .undefined(.other("there is no next item"))
        default: nil
        }
    }
}
