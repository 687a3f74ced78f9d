import Glibc
import Logging
import Logs
import Metrics
import Testing

/// A pipe whose reader is the test.
private final class Pipe {
    let read: Int32
    let write: Int32

    init() {
        var ends: [Int32] = [0, 0]
        // SAFETY: the array has room for the two descriptors.
        let made = unsafe ends.withUnsafeMutableBufferPointer { unsafe Glibc.pipe($0.baseAddress) }
        precondition(made == 0, "no pipe")
        (read, write) = (ends[0], ends[1])
    }

    /// Fills the pipe, so that the next write blocks.
    func fill() {
        let flags = fcntl(write, F_GETFL)
        _ = fcntl(write, F_SETFL, flags | O_NONBLOCK)
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
        // SAFETY: the pointer and the count are of the same array.
        while unsafe bytes.withUnsafeBytes({ unsafe Glibc.write(write, $0.baseAddress, 4096) }) > 0
        {}
        _ = fcntl(write, F_SETFL, flags)
    }

    /// Reads until `mark` has come.
    func text(until mark: String) -> String {
        var text = ""
        var bytes = [UInt8](repeating: 0, count: 65536)
        while !text.contains(mark) {
            // SAFETY: the pointer and the count are of the same array.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(read, buffer.baseAddress, buffer.count)
            }
            guard count > 0 else { break }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
        return text
    }
}

@Suite struct LogWriterTests {
    @Test("lines come out whole and in order") func order() throws {
        let pipe = Pipe()
        let writer = try LogWriter(descriptor: pipe.write)
        for index in 0..<500 { writer.line("line \(index)") }
        #expect(writer.flush(within: .seconds(20)))
        let expected = (0..<500).map { "line \($0)\n" }.joined()
        #expect(pipe.text(until: "line 499\n") == expected)
        writer.close()
    }

    @Test("a reader who does not read holds nobody up; what was dropped is counted and told")
    func stuck() throws {
        let pipe = Pipe()
        pipe.fill()
        let writer = try LogWriter(descriptor: pipe.write, bytesMax: 1000)
        let start = ContinuousClock.now
        writer.line("line 0")
        // The thread is in the middle of writing it.
        #expect(!writer.flush(within: .milliseconds(50)))
        for index in 1..<10_000 { writer.line("line \(index)") }
        #expect(!writer.flush(within: .milliseconds(50)))
        #expect(start.duration(to: .now) < .seconds(5))
        let dropped = writer.dropped[].value
        #expect(dropped > 9000 && dropped < 10_000)
        let text = pipe.text(until: "dropped\n")
        #expect(text.contains("xline 0\nline 1\n"))
        #expect(text.contains("switchyard: \(dropped) lines of the log were dropped\n"))
        writer.line("again")
        #expect(pipe.text(until: "again\n").hasSuffix("again\n"))
        #expect(writer.flush(within: .seconds(20)))
        writer.close()
    }

    @Test("lines that cannot be written are counted") func unwritable() throws {
        let full = unsafe open("/dev/full", O_WRONLY)
        defer { close(full) }
        try #require(full >= 0)
        let writer = try LogWriter(descriptor: full)
        for index in 0..<3 { writer.line("line \(index)") }
        #expect(writer.flush(within: .seconds(20)))
        #expect(writer.dropped[].value == 3)
        writer.close()
    }

    @Test("a log that can be written again tells what was lost") func writableAgain() throws {
        let pipe = Pipe()
        let descriptor = unsafe open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        let writer = try LogWriter(descriptor: descriptor)
        writer.line("lost")
        #expect(writer.flush(within: .seconds(20)))
        try #require(dup2(pipe.write, descriptor) == descriptor)
        writer.line("again")
        let text = pipe.text(until: "dropped\n")
        #expect(text == "again\nswitchyard: 1 lines of the log were dropped\n")
        writer.close()
    }

    @Test("a logger's events are lines with prefix, level and metadata") func logger() throws {
        let pipe = Pipe()
        let writer = try LogWriter(descriptor: pipe.write)
        let clock = LogClock { (1_795_862_985, 7) }
        let logger = LineLogHandler.logger(writer, prefix: "switchyard: ", clock: clock)
        logger.info("ready")
        logger.warning("odd\u{9B}2J\nname", metadata: ["path": "a", "count": "3"])
        logger.debug("not shown")
        writer.flush(within: .seconds(20))
        let text = pipe.text(until: "path=a\n")
        #expect(
            text == "2026-11-28T10:49:45.007Z switchyard: ready\n"
                + #"2026-11-28T10:49:45.007Z switchyard: warning: odd\u{9b}2J\u{a}name count=3 path=a"#
                + "\n")
        writer.close()
    }

    @Test(
        "a client's text is one bounded word of printable ASCII",
        arguments: [
            ("/v1/models", "/v1/models"), ("", "-"), ("a b", #"a\u{20}b"#),
            ("a\u{9B}31m", #"a\u{9b}31m"#), ("a\u{2028}b", #"a\u{2028}b"#),
            ("\r\n", #"\u{d}\u{a}"#),
            ("0123456789abcdef", "0123456789abcdef"), ("0123456789abcdefg", "0123456789abcdef..."),
            ("é", #"\u{e9}"#),
        ])
    func field(text: String, expected: String) {
        #expect(LogText.field(text, bytesMax: 16) == expected)
    }
}
