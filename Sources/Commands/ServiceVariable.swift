/// Variables that Kubernetes sets in every container of a namespace that has a service of this
/// program's name: `SWITCHYARD_SERVICE_HOST`, `SWITCHYARD_PORT=tcp://10.0.0.1:8080` and so on. Nobody
/// meant them as flags.
enum ServiceVariable {
    private static let protocols = ["TCP", "UDP", "SCTP"]

    static func matches(_ name: Substring, _ value: Substring) -> Bool {
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        if words.suffix(2) == ["SERVICE", "HOST"] { return true }
        guard let port = words.lastIndex(of: "PORT") else { return false }
        // NAME_PORT and NAME_PORT_8080_TCP hold an address, with its parts in variables of their own.
        if protocols.contains(where: { value.hasPrefix($0.lowercased() + "://") }) { return true }
        return words[..<port].last == "SERVICE" || isPart(words)
    }

    /// Whether the name ends like `PORT_8080_TCP_ADDR`.
    private static func isPart(_ words: [Substring]) -> Bool {
        let end = words.suffix(4)
        guard end.count == 4, let last = end.last, ["PROTO", "PORT", "ADDR"].contains(last) else {
            return false
        }
        let start = Array(end)
        return start[0] == "PORT" && Int(start[1]) != nil && protocols.contains(String(start[2]))
    }
}
