import HTTP
import Logs
import Network

/// One line of the access log: what an operator greps for.
enum AccessLine {
    /// Every field is one bounded word, whatever a client sent.
    static func text(_ record: AccessRecord) -> String {
        let method = LogText.field(record.method, bytesMax: 32)
        let path = LogText.field(record.path, bytesMax: 1024)
        let id = LogText.field(record.requestID, bytesMax: 128)
        let notes = record.notes
        var line =
            "\(record.client) \(method) \(path) \(record.status) "
            + "\(record.responseBytes)B \(milliseconds(record.duration))ms id=\(id)"
        if let key = notes.key { line += " key=\(LogText.field(key, bytesMax: 64))" }
        if let tokens = notes.promptTokens { line += " prompt=\(tokens)" }
        if let tokens = notes.generatedTokens { line += " generated=\(tokens)" }
        if let first = notes.firstToken { line += " ttft=\(milliseconds(first))ms" }
        if let reason = notes.reason { line += " reason=\(LogText.field(reason, bytesMax: 64))" }
        return record.isComplete ? line : line + " cancelled"
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        (duration / .milliseconds(1) * 10).rounded() / 10
    }
}
