import TestSupport

/// The parts of a `.proto` file that the tests compare: messages, enums and methods, found line by
/// line.
struct ProtoFile {
    /// Fields of each message by its last name, as `label type name number`, sorted. Members of a
    /// `oneof` count as optional.
    private(set) var messages: [String: [String]] = [:]
    /// Cases of each enum as `NAME number`, in order.
    private(set) var enums: [String: [String]] = [:]
    private(set) var methods: [String] = []

    init(_ path: String) throws {
        var blocks: [(kind: String, name: String)] = []
        for line in try Repository.text(path).split(separator: "\n") {
            let words = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[
                0
            ].replacing("{", with: " { ").replacing(";", with: " ").split(separator: " ")
                .map(String.init)
            guard let first = words.first else { continue }
            if words.last == "{" {
                blocks.append((first, words[1]))
                if first == "message" { messages[words[1], default: []] += [] }
            } else if first == "}" {
                blocks.removeLast()
            } else if first == "rpc" {
                methods.append(String(words[1].prefix { $0 != "(" }))
            } else if let equals = words.firstIndex(of: "="), let block = blocks.last {
                add(words[..<equals] + words[(equals + 1)...], blocks, block.kind)
            }
        }
        for name in messages.keys { messages[name]?.sort() }
    }

    private mutating func add(
        _ words: ArraySlice<String>, _ blocks: [(kind: String, name: String)], _ kind: String
    ) {
        let text = words.joined(separator: " ")
        guard kind != "enum" else {
            enums[blocks[blocks.count - 1].name, default: []].append(text)
            return
        }
        let isMessage = words.first?.first?.isUppercase == true
        let label = kind == "oneof" && !isMessage ? "optional " : ""
        guard let message = blocks.last(where: { $0.kind == "message" }) else { return }
        messages[message.name, default: []].append(label + text)
    }
}
