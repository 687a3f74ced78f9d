import Glibc
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
    /// The origins whose web pages may use the server; `*` is all.
    package var corsOrigins: [String] = []
    package var ioThreads = 1
    /// The name that clients know the model by; nil takes the source's.
    package var modelName: String?
    package var limits = SchedulerLimits()
    package var network = NetworkLimits()
    /// How long accepted work may go on once the drain began.
    package var drainTimeout: Duration = .seconds(60)
    package var logsRequests = true

    package init() {}

    private static func bare(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    /// Whether the host is an address, or a name that has one.
    package static func isAddress(_ host: String) -> Bool {
        var found: UnsafeMutablePointer<addrinfo>?
        defer { if let found = unsafe found { unsafe freeaddrinfo(found) } }
        return unsafe getaddrinfo(bare(host), nil, nil, &found) == 0
    }

    /// Whether the address is this machine's own.
    package static func isLoopback(_ host: String) -> Bool {
        let bare = bare(host)
        if bare == "localhost" { return true }
        // A name may begin like an address and lead anywhere.
        var v4 = in_addr()
        if unsafe inet_pton(AF_INET, bare, &v4) == 1 {
            return UInt32(bigEndian: v4.s_addr) >> 24 == 127
        }
        var v6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, bare, &v6) == 1 else { return false }
        let address = unsafe withUnsafeBytes(of: v6) { unsafe Array($0) }
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 127]
        return address == [UInt8](repeating: 0, count: 15) + [1] || address.starts(with: mapped)
    }
}
