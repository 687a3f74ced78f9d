import ArgumentParser
import Glibc
import Synchronization
import TestSupport
import Testing
import Threads

@testable import Commands

/// The health check that asks a running server.
@Suite struct HealthTests {
    private static let patience = Duration.seconds(20)

    /// What a peer that says `said` to whoever comes makes of a command with those flags.
    private func outcome(of said: String, _ flags: String...) throws -> (
        request: String, error: String?
    ) {
        let peer = try Peer(saying: said)
        let command = try Switchyard.parseAsRoot(["health", "--port", "\(peer.port)"] + flags)
        let error = problem { try (command as? Health)?.run() }
        return (peer.request, error?.replacing(":\(peer.port)", with: ""))
    }

    /// What the work throws, in words.
    private func problem(_ work: () throws -> Void) -> String? {
        do {
            try work()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a server that says yes is alive, and ready by the flag") func yes() throws {
        let said = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"
        let live = try outcome(of: said)
        #expect(live.error == nil)
        #expect(live.request.hasPrefix("GET /livez HTTP/1.1\r\nHost: 127.0.0.1:"))
        #expect(live.request.hasSuffix("\r\nConnection: close\r\n\r\n"))
        let ready = try outcome(of: said, "--ready", "--host", "0.0.0.0")
        #expect(ready.error == nil)
        #expect(ready.request.hasPrefix("GET /readyz HTTP/1.1\r\n"))
    }

    @Test(
        "a server that says no or something else is not",
        arguments: [
            (
                "HTTP/1.1 503 Service Unavailable\r\n\r\n{\"error\":{\"message\":\"packing\"}}",
                "503 packing"
            ),
            ("HTTP/1.1 404 Not Found\r\n\r\nnothing\nhere", "404 nothing"),
            ("HTTP/1.1 200", nil),
            ("SSH-2.0-x\r\n", "what answers is no HTTP server; is the port right?"),
            ("", "what answers is no HTTP server; is the port right?"),
        ] as [(String, String?)])
    func others(said: String, expected: String?) throws {
        let error = try outcome(of: said).error
        #expect(error == expected.map { "http://127.0.0.1/livez: \($0)" })
    }

    @Test("an answer without end is read to its limit") func endless() throws {
        let said =
            "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 4 * Probe.answerBytesMax)
        let peer = try Peer(saying: said)
        let probe = Probe(host: "127.0.0.1", port: peer.port, path: "/livez")
        let answer = try probe.ask(within: Self.patience)
        #expect(answer.status == 200)
        #expect(answer.body.count < Probe.answerBytesMax)
    }

    @Test("nothing there, and silence, are told apart") func silence() throws {
        let peer = try Peer(saying: nil)
        let probe = Probe(host: "127.0.0.1", port: peer.port, path: "/livez")
        let late = problem { _ = try probe.ask(within: .milliseconds(50)) }
        #expect(late == "nothing answers in time")
        peer.stop()
        let gone = problem { _ = try probe.ask(within: Self.patience) }
        #expect(gone == "nothing listens there; is the server running?")
    }

    @Test("a resolver that is slow, or knows nothing, does not keep the check") func names() throws
    {
        var probe = Probe(host: "host", port: 1, path: "/livez")
        let gate = Mailbox<Bool>(capacity: 1)
        defer { gate.close() }
        probe.addresses = { _, _ in
            gate.wait()
            return []
        }
        let late = problem { _ = try probe.ask(within: .milliseconds(50)) }
        #expect(late == "nothing answers in time")
        probe.addresses = { _, _ in [] }
        let unknown = problem { _ = try probe.ask(within: Self.patience) }
        #expect(unknown == "'host' has no address")
    }

    @Test("an address that fails leaves the others their time") func addresses() throws {
        let (gone, peer) = (try Peer(saying: nil), try Peer(saying: "HTTP/1.1 200 OK\r\n\r\n"))
        gone.stop()
        var probe = Probe(host: "host", port: 1, path: "/livez")
        let ports = [gone.port, peer.port]
        probe.addresses = { _, _ in
            ports.flatMap { ProbeAddress.all(of: "127.0.0.1", port: $0) }
        }
        #expect(try probe.ask(within: Self.patience).status == 200)
        let now = ContinuousClock.now
        let deadline = now + .seconds(8)
        #expect(Probe.end(from: now, to: deadline, isLast: false) == now + .seconds(4))
        #expect(Probe.end(from: now, to: deadline, isLast: true) == deadline)
        #expect(Probe.end(from: deadline, to: deadline, isLast: false) == deadline)
    }

    @Test("all addresses are asked on loopback") func everywhere() throws {
        func probe(_ host: String) throws -> Probe? {
            (try Switchyard.parseAsRoot(["health", "--host", host]) as? Health)?.probe
        }
        #expect(try probe("::")?.authority == "[::1]:8080")
        #expect(try probe("0.0.0.0")?.authority == "127.0.0.1:8080")
        #expect(try probe("10.0.0.1")?.authority == "10.0.0.1:8080")
    }
}

/// A listening socket on loopback whose first client's request is read and told a text; without a text
/// nobody takes the client from the kernel's queue.
private final class Peer: Sendable {
    let port: Int
    private let descriptor: Int32
    private let thread: Threads.Thread?
    private let received = Received()

    init(saying text: String?) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        // SAFETY: each call gets a local's address with that local's size, for its duration.
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience,
            socklen_t(MemoryLayout<timeval>.size))
        let descriptor = descriptor
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, size) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard isListening else { throw TestError("cannot listen on loopback") }
        port = Int(UInt16(bigEndian: address.sin_port))
        let received = received
        thread = try text.map { text in
            try Threads.Thread(name: "peer") { Self.serve(descriptor, text, received) }
        }
    }

    /// The request, once the client has been served.
    var request: String {
        thread?.join()
        return received.text
    }

    deinit { close(descriptor) }

    /// From now on nobody is let in.
    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private static func serve(_ descriptor: Int32, _ text: String, _ received: Received) {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        defer { close(client) }
        var part = [UInt8](repeating: 0, count: 1024)
        while !received.text.hasSuffix("\r\n\r\n") {
            let count = unsafe recv(client, &part, part.count, 0)
            guard count > 0 else { return }
            received.text += String(decoding: part.prefix(count), as: UTF8.self)
        }
        let bytes = Array(text.utf8)
        unsafe send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}

/// What a peer has read.
private final class Received: Sendable {
    private let value = Mutex("")

    var text: String {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
