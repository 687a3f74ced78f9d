import ArgumentParser
import Glibc
import JSON
import Logs
import Memory
import Synchronization

/// Where a command's input lines come from.
struct LineInput: ParsableArguments {
    @Option("JSON Lines to read; default: standard input.", .path)
    var input: String?

    /// The most bytes of one line.
    static let lineBytesMax = 256 << 20

    /// What commands say of lines that fail.
    static func rule(status: Int) -> String {
        "For a line that fails {\"error\": …} is written in its place, and the rest goes on; the exit "
            + "status is then \(status)."
    }

    /// Calls `body` with each line that is not empty and prints what it returns. For a line that fails
    /// `{"error": …}` is printed in its place, and the rest goes on.
    @discardableResult
    func forEach(_ body: (JSONValue) throws -> JSONValue) throws -> (lines: Int, failed: Int) {
        let name = input ?? "standard input"
        let descriptor = input.map { unsafe open($0, O_RDONLY | O_CLOEXEC) } ?? STDIN_FILENO
        guard descriptor >= 0 else {
            throw CommandError("\(name): cannot be read: \(errorText(errno))")
        }
        defer { if input != nil { close(descriptor) } }
        var reader = LineReader(descriptor, name: name, lineBytesMax: Self.lineBytesMax)
        var (lines, failed) = (0, 0)
        while let line = try reader.next() {
            lines += 1
            do {
                StandardOutput.line(try body(try line.json()))
            } catch {
                failed += 1
                StandardOutput.line(.object(["error": .string("\(error)")]))
            }
        }
        return (lines, failed)
    }
}

/// Reads lines of a bounded length.
struct LineReader {
    /// A line that is not blank.
    enum Line {
        case text([UInt8])
        /// More bytes than a line may have; they are passed over.
        case tooLong(bytesMax: Int)

        func json() throws -> JSONValue {
            switch self {
            case .text(let bytes):
                return try JSONParser.parse(bytes, limits: JSONLimits(bytesMax: bytes.count))
            case .tooLong(let bytesMax):
                throw CommandError("the line is longer than \(ByteSize(bytesMax))")
            }
        }
    }

    private let descriptor: Int32
    private let name: String
    private let lineBytesMax: Int
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var unread = 0..<0

    init(_ descriptor: Int32, name: String, lineBytesMax: Int) {
        self.descriptor = descriptor
        self.name = name
        self.lineBytesMax = lineBytesMax
    }

    /// The next line that is not blank; nil at the end.
    mutating func next() throws -> Line? {
        var line: [UInt8] = []
        var isTooLong = false
        while true {
            if unread.isEmpty, try !fill() {
                return Self.line(line, isTooLong ? lineBytesMax : nil)
            }
            let end = buffer[unread].firstIndex(of: UInt8(ascii: "\n"))
            let piece = buffer[unread.lowerBound..<(end ?? unread.upperBound)]
            isTooLong = isTooLong || line.count + piece.count > lineBytesMax
            if isTooLong { line = [] } else { line += piece }
            unread = (end.map { $0 + 1 } ?? unread.upperBound)..<unread.upperBound
            guard end != nil else { continue }
            if let found = Self.line(line, isTooLong ? lineBytesMax : nil) { return found }
            line = []
        }
    }

    private static func line(_ bytes: [UInt8], _ exceeded: Int?) -> Line? {
        if let exceeded { return .tooLong(bytesMax: exceeded) }
        return bytes.contains { $0 > 0x20 } ? .text(bytes) : nil
    }

    /// Reads more; false at the end.
    private mutating func fill() throws -> Bool {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandError("\(name): cannot be read: \(errorText(errno))")
            }
            unread = 0..<count
            return count > 0
        }
    }
}

/// What scripts read.
enum StandardOutput {
    /// Why something could not be written; 0 if nothing failed.
    private static let failure = Atomic<Int32>(0)

    /// A JSON line; characters that some readers take for the line's end are escaped.
    static func line(_ value: JSONValue) {
        var text = JSONWriter.string(value)
        if !text.utf8.allSatisfy({ $0 < 0x80 }) {
            for (separator, escape) in [
                ("\u{85}", "\\u0085"), ("\u{2028}", "\\u2028"), ("\u{2029}", "\\u2029"),
            ] {
                text = text.replacing(separator, with: escape)
            }
        }
        line(text)
    }

    static func line(_ text: String) {
        write(text + "\n")
    }

    /// Writes text and flushes it.
    static func write(_ text: String) {
        let code = writeAll(text, to: STDOUT_FILENO)
        if code != 0 { failure.store(code, ordering: .relaxed) }
    }

    /// Throws if something could not be written, as to a full disk; that a reader went is no fault.
    static func check() throws {
        let code = failure.load(ordering: .relaxed)
        guard code == 0 || code == EPIPE else {
            throw CommandError("standard output: cannot be written: \(errorText(code))")
        }
    }
}

/// What people read: lines that begin with the program's name and, if something is wrong, with how
/// grave it is, as those of the log do.
enum StandardError {
    private static let state = Mutex(State())

    private struct State: Sendable {
        var writer: LogWriter?
        /// The last line may still be written over.
        var isDrawn = false
    }

    /// Gives everything to a log from now on, which never blocks.
    static func divert(to log: LogWriter) {
        state.withLock { $0.writer = log }
    }

    /// A line, in which what others wrote can do nothing to a terminal.
    static func line(_ text: String) {
        let shown = Terminal.message(text)
        state.withLock { state in
            // A server's log tells when.
            let time = state.writer == nil ? "" : LogClock.system.text() + " "
            write((state.isDrawn ? "\n" : "") + time + prefix + shown + "\n", &state)
        }
    }

    static func warning(_ text: String) { line("warning: " + text) }

    static func error(_ text: String) { line("error: " + text) }

    /// Draws a terminal's last line anew; an empty text clears it.
    static func draw(_ text: String) {
        let shown = text.isEmpty ? "" : prefix + Terminal.message(text)
        state.withLock { state in
            write("\r\(shown)\u{1B}[K", &state)
            state.isDrawn = !text.isEmpty
        }
    }

    private static let prefix = "switchyard: "

    private static func write(_ text: String, _ state: inout State) {
        state.isDrawn = false
        if let writer = state.writer {
            writer.write(text)
        } else {
            _ = writeAll(text, to: STDERR_FILENO)
        }
    }
}

/// Writes all of a text; returns 0, or the number of the error that stopped it.
private func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while let base = rest.baseAddress, rest.count > 0 {
            let count = unsafe write(descriptor, base, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return 0
    }
}

/// Why a command failed: one clear line.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

func errorText(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}
