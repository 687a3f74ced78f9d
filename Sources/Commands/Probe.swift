import Glibc

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
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0 else {
            throw CommandError("'\(host)' has no address")
        }
        defer { unsafe freeaddrinfo(list) }
        var code = ECONNREFUSED
        var next = unsafe list
        while let entry = unsafe next {
            if let socket = ProbeSocket(family: unsafe entry.pointee.ai_family) {
                // SAFETY: the entry is one of the list, which is freed after the loop.
                code = unsafe socket.connect(
                    entry.pointee.ai_addr, entry.pointee.ai_addrlen, deadline)
                if code == 0 { return socket }
            } else {
                code = errno
            }
            unsafe next = entry.pointee.ai_next
        }
        throw ProbeSocket.error(code)
    }
}
