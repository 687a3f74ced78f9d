import Glibc
import Synchronization
package import Threads

/// The signals that an operator sends. A thread waits for them, and no handler of the system's ever
/// sees one once `Signals` was made.
package final class Signals: Sendable {
    private let awaited: [Int32]
    /// What is done with a signal; nil while none is wanted yet.
    private let receive = Mutex<(@Sendable (Int32) -> Void)?>(nil)

    /// Blocks the signals in this thread and those that it starts from now on. Until `deliver` a
    /// SIGTERM or SIGINT ends the process as if nothing had been done.
    package init(_ awaited: [Int32]) throws(ThreadError) {
        self.awaited = awaited
        var set = set
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        _ = try Thread(name: "signals", stackBytes: 128 << 10) { [self] in run() }
    }

    /// Gives every signal from now on to `receive`, on the signals' own thread.
    package func deliver(to receive: @escaping @Sendable (Int32) -> Void) {
        self.receive.withLock { $0 = receive }
    }

    /// SIGTERM's name and so on.
    package static func name(_ signal: Int32) -> String {
        switch signal {
        case SIGTERM: "SIGTERM"
        case SIGINT: "SIGINT"
        case SIGHUP: "SIGHUP"
        default: "signal \(signal)"
        }
    }

    private var set: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in awaited { unsafe sigaddset(&set, signal) }
        return set
    }

    private func run() {
        var set = set
        while true {
            var signal: Int32 = 0
            guard unsafe sigwait(&set, &signal) == 0 else { continue }
            if let receive = receive.withLock({ $0 }) {
                receive(signal)
            } else if signal != SIGHUP {
                Self.die(of: signal)
            }
        }
    }

    /// Ends the process as the signal does by itself, so that whoever waits for it sees which one
    /// it was.
    package static func die(of signal: Int32) {
        Glibc.signal(signal, SIG_DFL)
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, signal)
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(signal)
    }
}
