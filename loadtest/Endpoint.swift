import ArgumentParser

/// Which of OpenAI's endpoints is called.
enum Endpoint: String, ExpressibleByArgument, CaseIterable, Sendable {
    case chat
    case completions

    var path: String {
        switch self {
        case .chat: "/v1/chat/completions"
        case .completions: "/v1/completions"
        }
    }

    /// Its name in vLLM's benchmark.
    var backend: String {
        switch self {
        case .chat: "openai-chat"
        case .completions: "openai"
        }
    }
}

/// The server's address: `http://host[:port][/prefix]`.
struct ServerAddress: ExpressibleByArgument, Equatable, CustomStringConvertible, Sendable {
    let host: String
    let port: Int
    /// Comes before the endpoint's path; empty, or `/…` without a slash at its end.
    let prefix: String
    let description: String

    init(host: String, port: Int) {
        self.host = host
        self.port = port
        prefix = ""
        description = "http://\(host):\(port)"
    }

    init?(argument: String) {
        guard argument.hasPrefix("http://") else { return nil }
        let rest = argument.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        var prefix = String(rest.dropFirst(authority.count))
        while prefix.hasSuffix("/") { prefix.removeLast() }
        var host = String(authority)
        var port = 80
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            guard let number = Int(authority[authority.index(after: colon)...]),
                (1...65535).contains(number)
            else { return nil }
            port = number
            host = String(authority[..<colon])
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let isPlain = prefix.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard !host.isEmpty, !host.contains("@"), isPlain else { return nil }
        self.host = host
        self.port = port
        self.prefix = prefix
        description = argument
    }

    /// The value of `host` and `:authority`.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
