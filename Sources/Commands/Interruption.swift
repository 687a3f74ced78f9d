import Checkpoints
import Glibc
import Synchronization

/// Lets long work that writes files end cleanly on SIGINT and SIGTERM: what was written aside is
/// removed as the error unwinds.
enum Interruption {
    private static let signal = Atomic<Int32>(0)

    /// Notes the signals from now on in the place of dying of them; a second one kills as usual.
    static func watch() {
        // The atomic is made here, before a handler may need it.
        Self.signal.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            Glibc.signal(number) { number in
                Interruption.signal.store(number, ordering: .relaxed)
                Glibc.signal(number, SIG_DFL)
            }
        }
    }

    /// Throws if a signal came.
    static func check(_ path: String) throws(CheckpointError) {
        let number = signal.load(ordering: .relaxed)
        guard number != 0 else { return }
        throw CheckpointError(
            .unavailable(reason: "interrupted by signal \(number); \(path) is not complete"),
            in: path)
    }
}
