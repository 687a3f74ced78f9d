import Glibc
import Threads

/// A question to a server over HTTP/1.1, answered within a time. It blocks.
struct Probe {
    /// What the server said.
    struct Answer: Equatable {
        let status: Int
        let body: [UInt8]
    }

    let host: String
    let port: Int
    let path: String
    /// Finds a host's addresses; blocks.
    var addresses: @Sendable (_ host: String, _ port: Int) -> [ProbeAddress] = ProbeAddress.all

    /// A health answer is some hundred bytes.
    static let answerBytesMax = 16 << 10

    /// `host:port`, as in a URL.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Asks each address of the host until one takes the connection, and waits for the answer.
    func ask(within limit: Duration) throws(CommandError) -> Answer {
        let deadline = ContinuousClock.now + limit
        let socket = try connect(deadline)
        let request = "GET \(path) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n\r\n"
        try socket.send(Array(request.utf8), deadline)
        let bytes = try socket.receive(max: Self.answerBytesMax, deadline)
        guard let answer = Self.parse(bytes) else {
            throw CommandError("what answers is no HTTP server; is the port right?")
        }
        return answer
    }

    /// Reads a status line and what follows the head; nil for anything else than HTTP/1.
    static func parse(_ bytes: [UInt8]) -> Answer? {
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") }
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, words[0].starts(with: Array("HTTP/1.".utf8)),
            let status = Int(String(decoding: words[1], as: UTF8.self)),
            (100...599).contains(status)
        else { return nil }
        let end = Array("\r\n\r\n".utf8)
        let start = bytes.indices.first { bytes[$0...].starts(with: end) }
        return Answer(status: status, body: start.map { Array(bytes[($0 + end.count)...]) } ?? [])
    }

    private func connect(_ deadline: ContinuousClock.Instant) throws(CommandError) -> ProbeSocket {
        let addresses = try resolve(deadline)
        var code = ECONNREFUSED
        for (index, address) in addresses.enumerated() {
            let isLast = index == addresses.count - 1
            if let socket = ProbeSocket(family: address.family) {
                code = socket.connect(
                    address, Self.end(from: .now, to: deadline, isLast: isLast))
                if code == 0 { return socket }
            } else {
                code = errno
            }
        }
        throw ProbeSocket.error(code)
    }

    /// When an address that does not answer is given up: each takes half of the time that is left,
    /// the last one all of it.
    static func end(
        from now: ContinuousClock.Instant, to deadline: ContinuousClock.Instant, isLast: Bool
    ) -> ContinuousClock.Instant {
        isLast ? deadline : now + (deadline - now) / 2
    }

    /// The host's addresses. They are asked for on a thread of their own, since the resolver knows
    /// no deadline; when it is too late that thread is left to itself.
    private func resolve(
        _ deadline: ContinuousClock.Instant
    ) throws(CommandError) -> [ProbeAddress] {
        let answer = Mailbox<[ProbeAddress]>(capacity: 1)
        do throws(ThreadError) {
            _ = try Thread(name: "resolver") { [host, port, addresses] in
                answer.postSurely(addresses(host, port))
            }
        } catch {
            throw CommandError("\(error)")
        }
        while answer.count == 0, ContinuousClock.now < deadline { answer.wait(until: deadline) }
        guard let found = answer.drain().first else { throw ProbeSocket.error(ETIMEDOUT) }
        guard !found.isEmpty else { throw CommandError("'\(host)' has no address") }
        return found
    }
}
