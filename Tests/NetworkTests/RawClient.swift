import Glibc

/// A blocking TCP client that sends exactly the bytes it is told to.
///
/// Calls time out generously, so that a server that hangs fails a test and does not block the run.
final class RawClient {
    private let descriptor: Int32

    /// Connects to the loopback; `family` is `AF_INET` or `AF_INET6`.
    init?(port: Int, ipv6: Bool = false, receiveBufferBytes: Int32? = nil) {
        let family = ipv6 ? AF_INET6 : AF_INET
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        let patienceSize = socklen_t(MemoryLayout<timeval>.size)
        // SAFETY: each call below gets a local's address with that local's size, for its duration.
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, patienceSize)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, patienceSize)
        if var receiveBufferBytes {
            unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes,
                socklen_t(MemoryLayout<Int32>.size))
        }
        guard Self.connect(descriptor, port, ipv6) else { return nil }
    }

    deinit { close(descriptor) }

    private static func connect(_ descriptor: Int32, _ port: Int, _ ipv6: Bool) -> Bool {
        let bigEndian = UInt16(port).bigEndian
        // SAFETY: the address is a local, its size is given, and it outlives the call.
        if ipv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = bigEndian
            address.sin6_addr = in6addr_loopback
            return unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    unsafe Glibc.connect(
                        descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe Glibc.connect(
                    descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// Sends all of it; returns false if the server closed before.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var position = 0
        while position < bytes.count {
            // SAFETY: the pointer and the count are of the same slice.
            let sent = unsafe bytes[position...].withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            position += sent
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Closes the output and keeps the input open.
    func closeOutput() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// The next bytes; empty at the end, nil after an error such as a reset.
    func receive() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        // SAFETY: the pointer and the count are of the same array.
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        }
        return count < 0 ? nil : Array(bytes[..<count])
    }

    /// Everything up to the end, or up to `mark`.
    func receiveText(until mark: String? = nil) -> String {
        var text = ""
        while let bytes = receive(), !bytes.isEmpty {
            text += String(decoding: bytes, as: UTF8.self)
            if let mark, text.contains(mark) { break }
        }
        return text
    }
}
