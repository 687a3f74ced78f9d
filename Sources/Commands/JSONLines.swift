import ArgumentParser
import Glibc
import JSON

/// Where a command's input lines come from.
struct LineInput: ParsableArguments {
    @Option(help: "JSON Lines to read; default: standard input.")
    var input: String?

    /// The most bytes of one line.
    private static let lineBytesMax = 256 << 20

    /// Calls `body` with each line that is not empty; what it answers is printed. A line that fails
    /// answers `{"error": …}` in its place and does not stop the rest.
    func forEach(_ body: (JSONValue) throws -> JSONValue) throws {
        let opened = unsafe input.map { unsafe fopen($0, "r") } ?? fdopen(dup(STDIN_FILENO), "r")
        guard let file = unsafe opened else {
            throw CommandError("\(input ?? "standard input"): cannot be read: \(errorText(errno))")
        }
        defer { unsafe fclose(file) }
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { unsafe free(buffer) }
        while true {
            let count = unsafe getline(&buffer, &capacity, file)
            guard count > 0, let start = unsafe buffer else { return }
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
            guard unsafe bytes.contains(where: { $0 > 0x20 }) else { continue }
            unsafe StandardOutput.line(answer(Array(bytes), body))
        }
    }

    private func answer(_ line: [UInt8], _ body: (JSONValue) throws -> JSONValue) -> JSONValue {
        do {
            return try body(
                JSONParser.parse(line, limits: JSONLimits(bytesMax: Self.lineBytesMax)))
        } catch {
            return .object(["error": .string("\(error)")])
        }
    }
}

/// What scripts read.
enum StandardOutput {
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
        writeAll(text, to: STDOUT_FILENO)
    }
}

/// What people read.
enum StandardError {
    static func line(_ text: String) {
        writeAll(text + "\n", to: STDERR_FILENO)
    }

    static func write(_ text: String) {
        writeAll(text, to: STDERR_FILENO)
    }
}

/// Writes all of a text; what a closed reader does not take is dropped.
private func writeAll(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while let base = rest.baseAddress, rest.count > 0 {
            let count = unsafe write(descriptor, base, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
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
