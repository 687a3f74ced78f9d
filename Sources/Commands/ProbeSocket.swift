import Glibc

/// A blocking TCP socket whose calls end at a deadline.
struct ProbeSocket: ~Copyable {
    private let descriptor: Int32

    init?(family: Int32) {
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// 0, or why there is no connection.
    func connect(_ address: ProbeAddress, _ deadline: ContinuousClock.Instant) -> Int32 {
        guard limit(to: deadline) else { return EAGAIN }
        return unsafe address.bytes.withUnsafeBytes { buffer in
            // SAFETY: the bytes are a socket's address, and are read during the call only.
            let pointer = unsafe buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return unsafe Glibc.connect(descriptor, pointer, socklen_t(buffer.count)) == 0
                ? 0 : errno
        }
    }

    func send(
        _ bytes: [UInt8], _ deadline: ContinuousClock.Instant
    ) throws(CommandError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard limit(to: deadline) else { throw Self.error(EAGAIN) }
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Self.error(errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// What the peer sends until it closes, `max` bytes at most.
    func receive(
        max: Int, _ deadline: ContinuousClock.Instant
    ) throws(CommandError) -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while bytes.count < max {
            guard limit(to: deadline) else { throw Self.error(EAGAIN) }
            let count = unsafe part.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
            }
            guard count >= 0 else { throw Self.error(errno) }
            if count == 0 { break }
            bytes += part.prefix(count)
        }
        return Array(bytes.prefix(max))
    }

    /// Why a call failed, in words.
    static func error(_ code: Int32) -> CommandError {
        switch code {
        case EAGAIN, EINPROGRESS, ETIMEDOUT: CommandError("nothing answers in time")
        case ECONNREFUSED: CommandError("nothing listens there; is the server running?")
        default: CommandError(errorText(code))
        }
    }

    /// Has the next call end at the deadline; false when that has passed.
    private func limit(to deadline: ContinuousClock.Instant) -> Bool {
        let left = deadline - ContinuousClock.now
        guard left > .zero else { return false }
        let (seconds, attoseconds) = left.components
        // A time of zero would mean no limit.
        var time = timeval(
            tv_sec: Int(seconds), tv_usec: Swift.max(1, Int(attoseconds / 1_000_000_000_000)))
        let size = socklen_t(MemoryLayout<timeval>.size)
        return unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size) == 0
            && setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size) == 0
    }
}
