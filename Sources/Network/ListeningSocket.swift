import CLinux
import Glibc
import NIOCore

/// The socket that a listening channel accepts from, for operations that SwiftNIO does not offer.
/// Valid while the channel is open. Must be used on its event loop.
struct ListeningSocket {
    private let descriptor: Int32

    /// Finds the socket by its address among the process's descriptors; nil if there is none.
    init?(at address: SocketAddress) {
        guard let port = address.port else { return nil }
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let found = Descriptors.open.first { descriptor in
            Self.listens(descriptor)
                && Self.place(of: descriptor).map { $0 == (family, port) } ?? false
        }
        guard let found else { return nil }
        descriptor = found
    }

    /// From now on no new connection enters the kernel's queue. Connections in it, and handshakes
    /// that have begun, stay. A client that is kept out tries again after a second and finds the
    /// port closed.
    func closeQueue() {
        // If it fails, connections that come between the last accept and the close are reset,
        // nothing worse.
        _ = sw_drop_new_connections(descriptor)
    }

    /// Whether a connection waits to be accepted.
    var hasWaiting: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }

    private static func listens(_ descriptor: Int32) -> Bool {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0
            && value != 0
    }

    private static func place(of descriptor: Int32) -> (family: Int32, port: Int)? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            // SAFETY: the storage is as large and as aligned as any address.
            let address = UnsafeMutableRawPointer(pointer)
            let result = unsafe getsockname(
                descriptor, address.assumingMemoryBound(to: sockaddr.self), &size)
            guard result == 0 else { return nil }
            let family = unsafe Int32(pointer.pointee.ss_family)
            // In addresses of both families the port comes after the two bytes of the family.
            let port = unsafe address.load(fromByteOffset: 2, as: UInt16.self)
            return (family, Int(UInt16(bigEndian: port)))
        }
    }
}
