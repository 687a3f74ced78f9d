package import Network
package import Scheduling

/// What a server is started with.
package struct ServerConfiguration: Sendable {
    package var host = "127.0.0.1"
    package var port = 8080
    /// A file with a key a line; nil serves without keys, on loopback only.
    package var apiKeyFile: String?
    /// Clients with different keys share cached beginnings of prompts.
    package var sharesPrefixes = false
    /// The origins whose web pages may use the server; `*` stands for all.
    package var corsOrigins: [String] = []
    package var ioThreads = 1
    /// The name that clients know the model by; nil takes the source's.
    package var modelName: String?
    package var limits = SchedulerLimits()
    package var network = NetworkLimits()
    /// How long accepted work may go on after SIGTERM.
    package var drainTimeout: Duration = .seconds(60)
    package var logsRequests = true

    package init() {}

    /// Whether the address is this machine's own.
    package static func isLoopback(_ host: String) -> Bool {
        let bare =
            host.hasPrefix("[") && host.hasSuffix("]")
            ? String(host.dropFirst().dropLast())
            : host
        return bare == "localhost" || bare == "::1" || bare.hasPrefix("127.")
    }
}
