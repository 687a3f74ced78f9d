import Network

/// One line of the access log: what an operator greps for.
enum AccessLine {
    static func text(_ record: AccessRecord) -> String {
        let milliseconds = record.duration / .milliseconds(1)
        let rounded = (milliseconds * 10).rounded() / 10
        return "\(record.client) \(record.method) \(record.path) \(record.status) "
            + "\(record.responseBytes)B \(rounded)ms id=\(record.requestID)"
            + (record.isComplete ? "" : " cancelled")
    }
}
