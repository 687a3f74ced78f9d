import ArgumentParser
import JSON

/// Asks a running server how it is, for a container's health check.
struct Health: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks a running server whether it lives, or takes requests.",
        discussion: """
            For the health checks of containers. Exit status 0 when the server says yes, 1 when it \
            says no or does not answer. It asks where serve listens: --host and --port are the same, \
            from SWITCHYARD_HOST and SWITCHYARD_PORT too, and a server on all addresses is asked on \
            loopback.

            EXAMPLES
              switchyard health
              switchyard health --port 9000 --ready
            """)

    @Option("Address that the server listens on.", .text(bytesMax: 253))
    var host = "127.0.0.1"
    @Option("Port that the server listens on.", .number(1...65535))
    var port = 8080
    @Option("Seconds to wait for the answer.", .number(1...60))
    var patience = 5
    @Flag(
        help: """
            Ask whether it takes requests (/readyz), which it does not while the model is loaded \
            or during a drain, and not only whether it lives (/livez).
            """)
    var ready = false

    /// Where the server is asked.
    var probe: Probe {
        let everywhere = ["0.0.0.0": "127.0.0.1", "::": "::1"]
        return Probe(
            host: everywhere[host] ?? host, port: port, path: ready ? "/readyz" : "/livez")
    }

    func run() throws {
        let probe = probe
        do {
            let answer = try probe.ask(within: .seconds(patience))
            let text = Self.text(answer.body)
            guard answer.status == 200 else {
                throw CommandError("\(answer.status) \(text)")
            }
            StandardOutput.line(Terminal.message(text))
        } catch {
            throw CommandError("http://\(probe.authority)\(probe.path): \(error)")
        }
    }

    /// An error's message, or the body as it is.
    private static func text(_ body: [UInt8]) -> String {
        if let message = try? JSONParser.parse(body)["error"]?["message"]?.stringValue {
            return message
        }
        let line = body.prefix { $0 != UInt8(ascii: "\n") }
        return String(decoding: line, as: UTF8.self)
    }
}
