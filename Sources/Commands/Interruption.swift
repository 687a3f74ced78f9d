import Checkpoints
import Glibc
import Serving

/// Ends commands cleanly on SIGINT and SIGTERM, whatever they are at: what is being written is removed,
/// and the process dies of the signal, as whoever started it expects.
enum Interruption {
    /// Takes the signals from now on, but for those that whoever started the process ignores.
    static func watch() throws {
        let signals = try Signals([SIGINT, SIGTERM].filter { !isIgnored($0) })
        signals.deliver { signal in
            end(by: signal)
            Signals.die(of: signal)
        }
    }

    /// Removes what is being written and says so.
    static func end(by signal: Int32) {
        let lost = FileReplacement.discardAll()
        let kept = lost.isEmpty ? "" : "; no part of \(lost.joined(separator: ", ")) is kept"
        StandardError.line("\(Signals.name(signal)), stopped\(kept)")
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
        // SIG_IGN is a number in the place of an address.
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
