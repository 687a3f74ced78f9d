/// A value of the template language. It behaves as Python's values do in templates.
///
/// Lists and dictionaries never change once made, as in Jinja's immutable sandbox, and know how
/// deep they nest. Objects that change are owned by the interpreter, and a value holds only their
/// `ObjectID`; so no value can contain itself.
enum Value: Sendable {
    case undefined(Missing)
    case none
    case bool(Bool)
    case integer(Int)
    case double(Double)
    case string(String)
    /// Text that is already HTML and is not escaped again (`safe`, `escape`).
    case markup(String)
    case list(ValueList)
    case dictionary(ValueDictionary)
    case object(ObjectID)
    case function(GlobalFunction)
    case method(BoundMethod)
}

/// The id of a namespace, loop, macro or other object of one rendering.
struct ObjectID: Sendable, Hashable {
    let index: Int
}

/// What an undefined value was looked up as, for error messages.
enum Missing: Sendable {
    case name(String)
    case attribute(String, ofType: String)
    case parameter(String)
    case other(String)

    var message: String {
        switch self {
        case .name(let name): "'\(name)' is undefined"
        case .attribute(let name, let type): "'\(type) object' has no attribute '\(name)'"
        case .parameter(let name): "parameter '\(name)' was not provided"
        case .other(let message): message
        }
    }
}

/// A method of a value, not called yet.
struct BoundMethod: Sendable {
    private let box: [Value]  // one element; an array because a value cannot hold itself directly
    let name: String

    init(_ receiver: Value, _ name: String) {
        box = [receiver]
        self.name = name
    }

    var receiver: Value { box[0] }
}

/// A list, a tuple or another sequence of values.
struct ValueList: Sendable {
    enum Kind: Sendable {
        case list, tuple
        /// A tuple that `groupby` makes, with the attributes `grouper` and `list`.
        case group
        case range, keys, values, items
    }

    let elements: [Value]
    let kind: Kind
    let depth: Int

    init(_ elements: [Value], _ kind: Kind = .list) throws(ChatTemplateError) {
        var deepest = 0
        for element in elements { deepest = max(deepest, element.depth) }
        self.elements = elements
        self.kind = kind
        depth = try Value.deeper(deepest)
    }

    /// A list whose elements contain no lists or dictionaries.
    init(flat elements: [Value], _ kind: Kind = .list) {
        self.elements = elements
        self.kind = kind
        depth = 1
    }

    var isTuple: Bool { kind == .tuple || kind == .group }

    /// Whether this is the result of `keys()`, `values()` or `items()`.
    var isView: Bool { kind == .keys || kind == .values || kind == .items }
}

extension Value {
    static let emptyString = Value.string("")

    /// Levels of nested lists and dictionaries; 0 for a plain value.
    var depth: Int {
        switch self {
        case .list(let list): list.depth
        case .dictionary(let dictionary): dictionary.depth
        case .method(let method): method.receiver.depth + 1
        default: 0
        }
    }

    static func deeper(_ depth: Int) throws(ChatTemplateError) -> Int {
        guard depth < ChatTemplateLimits.valueDepthMax else {
            let message = "values nested more than \(ChatTemplateLimits.valueDepthMax) levels deep"
            throw .limit(line: 0, message: message)
        }
        return depth + 1
    }

    static func list(_ elements: [Value]) throws(ChatTemplateError) -> Value {
        .list(try ValueList(elements))
    }

    static func tuple(_ elements: [Value]) throws(ChatTemplateError) -> Value {
        .list(try ValueList(elements, .tuple))
    }

    /// The text of a string, whether it is HTML or not.
    var text: String? {
        switch self {
        case .string(let text), .markup(let text): text
        default: nil
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { return true }
        return false
    }

    var isNone: Bool {
        if case .none = self { return true }
        return false
    }

    /// The value of an integer, or of a boolean, which Python counts as an integer.
    var integer: Int? {
        switch self {
        case .integer(let number): number
        case .bool(let flag): flag ? 1 : 0
        default: nil
        }
    }

    /// Any number as a double.
    var number: Double? {
        if case .double(let number) = self { return number }
        return integer.map(Double.init)
    }

    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let flag): flag
        case .integer(let number): number != 0
        case .double(let number): number != 0
        case .string(let text), .markup(let text): !text.isEmpty
        case .list(let list): !list.elements.isEmpty
        case .dictionary(let dictionary): !dictionary.isEmpty
        case .object, .function, .method: true
        }
    }

    /// The name of this value's type in Python.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .double: "float"
        case .string: "str"
        case .markup: "Markup"
        case .list(let list):
            switch list.kind {
            case .list: "list"
            case .tuple, .group: "tuple"
            case .range: "range"
            case .keys: "dict_keys"
            case .values: "dict_values"
            case .items: "dict_items"
            }
        case .dictionary: "dict"
        case .object: "object"
        case .function: "function"
        case .method: "method"
        }
    }
}
