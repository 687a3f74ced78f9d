import Glibc
import JSON

/// A blocking HTTP/1.1 client on a plain socket, with one connection.
///
/// Calls time out generously, so that a server that hangs fails a test and does not block the run.
struct TestClient: ~Copyable {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var position = 0

    /// Why there is no response.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A response's head and whole body.
    struct Response {
        let status: Int
        let head: String
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        func json() throws -> JSONValue { try JSONParser.parse(body) }
    }

    /// Connects to the loopback.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "no socket: \(errno)") }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        // SAFETY: the pointer and the size are of the same local, for the call's duration.
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        // SAFETY: the address is a local, its size is given, and it outlives the call.
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(socket, pointer, size)
            }
        }
        guard code == 0 else { throw Failure(description: "not connected: \(errno)") }
    }

    deinit { close(descriptor) }

    /// Sends all of it.
    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            // SAFETY: the pointer and the count are of the same slice.
            let sent = unsafe bytes[done...].withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Failure(description: "sending failed: \(errno)") }
            done += sent
        }
    }

    /// Sends a request; `head` or `response` reads the response.
    func request(_ method: String, _ path: String, _ body: JSONValue? = nil) throws {
        let text = body.map { JSONWriter.string($0) } ?? ""
        try send(
            "\(method) \(path) HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n"
                + "content-length: \(text.utf8.count)\r\n\r\n\(text)")
    }

    /// Reads a whole response, of either framing.
    mutating func response() throws -> Response {
        let head = try head()
        let status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        if head.contains("transfer-encoding: chunked") {
            var body: [UInt8] = []
            while let chunk = try chunk() { body += chunk }
            return Response(status: status, head: head, body: body)
        }
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
        let count = length.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
        return Response(status: status, head: head, body: try bytes(count))
    }

    /// Sends a request and reads its response.
    mutating func call(
        _ method: String, _ path: String, _ body: JSONValue? = nil
    ) throws -> Response {
        try request(method, path, body)
        return try response()
    }

    /// A response's head, up to its empty line.
    mutating func head() throws -> String {
        var lines = ""
        while true {
            let line = try line()
            if line.isEmpty { return lines }
            lines += line + "\r\n"
        }
    }

    /// The next chunk of a chunked body; nil at its end.
    mutating func chunk() throws -> [UInt8]? {
        let size = try line()
        guard let count = Int(size, radix: 16) else {
            throw Failure(description: "'\(size)' is no chunk size")
        }
        let chunk = try bytes(count)
        _ = try line()
        return count == 0 ? nil : chunk
    }

    private mutating func line() throws -> String {
        var line: [UInt8] = []
        while true {
            let byte = try bytes(1)[0]
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }

    private mutating func bytes(_ count: Int) throws -> [UInt8] {
        while buffer.count - position < count { try receive() }
        defer { position += count }
        return Array(buffer[position..<position + count])
    }

    private mutating func receive() throws {
        buffer.removeFirst(position)
        position = 0
        var part = [UInt8](repeating: 0, count: 1 << 16)
        // SAFETY: the pointer and the count are of the same array.
        let count = unsafe part.withUnsafeMutableBytes { part in
            unsafe recv(descriptor, part.baseAddress, part.count, 0)
        }
        guard count > 0 else {
            throw Failure(description: count == 0 ? "the server closed" : "no answer: \(errno)")
        }
        buffer += part[..<count]
    }
}
