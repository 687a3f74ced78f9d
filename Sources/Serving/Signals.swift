import Glibc

/// Waits for SIGTERM or SIGINT.
package enum Signals {
    /// Blocks until one of the signals comes; answers it. A second one ends the process at once.
    package static func wait() -> Int32 {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        var signal: Int32 = 0
        unsafe sigwait(&set, &signal)
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        return signal
    }

    /// Blocks the signals in this thread and those that it starts, so that `wait` gets them, and
    /// ignores writes to closed sockets.
    package static func prepare() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }
}
