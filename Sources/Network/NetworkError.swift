import Glibc
import NIOCore
import NIOPosix

/// Why a server cannot listen.
package struct NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(description: String) {
        self.description = description
    }

    init(_ host: String, _ port: Int, _ error: any Error) {
        let reason =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE:
                "the port is taken by another program; choose another with --port, or 0 for any"
            case EACCES, EPERM:
                "this user may not listen there; choose a port from 1024 on with --port"
            case EADDRNOTAVAIL, EAFNOSUPPORT:
                "the address is none of this machine's; choose another with --host"
            case let code?:
                unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
            case nil where error is SocketAddressError.UnknownHost:
                "the name has no address; choose another with --host"
            case nil:
                (error as? NetworkError)?.description ?? "\(error)"
            }
        description = "cannot listen on \(host) port \(port): \(reason)"
    }
}
