import Logs
import Network

/// One line of the access log: what an operator greps for.
enum AccessLine {
    /// Every field is one bounded word, whatever a client sent.
    static func text(_ record: AccessRecord) -> String {
        let milliseconds = record.duration / .milliseconds(1)
        let rounded = (milliseconds * 10).rounded() / 10
        let method = LogText.field(record.method, bytesMax: 32)
        let path = LogText.field(record.path, bytesMax: 1024)
        let id = LogText.field(record.requestID, bytesMax: 128)
        return "\(record.client) \(method) \(path) \(record.status) "
            + "\(record.responseBytes)B \(rounded)ms id=\(id)"
            + (record.isComplete ? "" : " cancelled")
    }
}
