/// What can change while a template is rendered, or holds on to something that can. The
/// interpreter owns these; values only name them.
enum TemplateObject {
    case namespace(ValueDictionary)
    case loop(LoopState)
    case cycler(items: [Value], position: Int)
    case joiner(separator: Value, wasUsed: Bool)
    /// A macro and the scope it was defined in.
    case macro(Macro, Scope)
    /// The elements a lazy filter has yet to give, each once, or why it fails when it is asked.
    case iterator(Result<[Value], ChatTemplateError>)
}

/// The variable `loop`.
struct LoopState {
    let items: [Value]
    /// How many calls of `loop` led here.
    let depth: Int
    /// What a call of `loop` runs again, and where; nil unless the loop is recursive.
    let again: (loop: Loop, scope: Scope)?
    var index = 0
    /// What `changed` was last asked about.
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
