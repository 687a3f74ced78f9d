import HTTP

/// All results of a parser for some bytes, for comparison: heads, whole bodies, and how it ended.
struct Parsed: Equatable {
    var heads: [HTTP1Head] = []
    var bodies: [[UInt8]] = []
    var violation: RequestViolation?
    /// Bytes that were not consumed.
    var rest = 0

    /// Feeds `bytes` in pieces of `step` and keeps what was not consumed, as a connection does.
    init(_ bytes: [UInt8], step: Int = .max, limits: MessageLimits = MessageLimits()) {
        var parser = HTTP1Parser(limits: limits)
        var unread: [UInt8] = []
        var body: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let end = position + min(step, bytes.count - position)
            unread += bytes[position..<end]
            position = end
            do throws(RequestViolation) {
                while true {
                    let (event, consumed) = try parser.next(unread.span)
                    if case .body(let range) = event { body += unread[range] }
                    unread.removeFirst(consumed)
                    switch event {
                    case .head(let head): heads.append(head)
                    case .body: break
                    case .end:
                        bodies.append(body)
                        body = []
                    case nil: break
                    }
                    if event == nil { break }
                }
            } catch {
                violation = error
                break
            }
        }
        rest = unread.count
    }

    init(_ text: String, step: Int = .max, limits: MessageLimits = MessageLimits()) {
        self.init(Array(text.utf8), step: step, limits: limits)
    }
}
