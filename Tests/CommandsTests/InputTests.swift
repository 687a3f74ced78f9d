import ArgumentParser
import Glibc
import JSON
import TestSupport
import Testing

@testable import Commands

/// Files and lines that commands read.
@Suite struct InputTests {
    @Test("a path with another case or a slash too many is told the right one") func meant() throws
    {
        let folder = try TemporaryFolder()
        try folder.makeFolder("Models")
        try folder.makeFolder("Models/Foo")
        try folder.write("x", to: "Models/Foo/File.txt")
        let root = folder.path
        #expect(InputFiles.meant(by: root + "/models/foo") == root + "/Models/Foo")
        #expect(InputFiles.meant(by: root + "/models/foo/") == root + "/Models/Foo")
        #expect(
            InputFiles.meant(by: root + "/models/FOO/file.TXT") == root + "/Models/Foo/File.txt")
        #expect(
            InputFiles.meant(by: root + "/Models/Foo/File.txt/") == root + "/Models/Foo/File.txt")
        #expect(
            InputFiles.meant(by: root + "//Models/./foo/File.txt") == root
                + "/Models/./Foo/File.txt")
        #expect(InputFiles.meant(by: root + "/Models/Foo/") == nil)
        #expect(InputFiles.meant(by: root + "/Models/Bar") == nil)
        #expect(InputFiles.meant(by: "") == nil)
        #expect(InputFiles.meant(by: "/") == nil)
        #expect(InputFiles.meant(by: String(repeating: "a/", count: 2000)) == nil)
        let error = #expect(throws: CommandError.self) {
            try InputFiles.check([nil, root + "/Models", root + "/MODELS"])
        }
        #expect(
            error?.description
                == "\(root)/MODELS: no such file or folder; did you mean \(root)/Models?")
    }

    /// Flags that name a file to read.
    private static let fileFlags: Set = [
        "model", "calibration", "api-key-file", "generation-config", "routes", "text", "input",
        "template",
    ]

    @Test("every command looks at every file that it reads") func inputs() throws {
        var tried: Set<String> = []
        for (command, flags) in try KnownFlags().commands {
            for flag in flags where Self.fileFlags.contains(flag.name) {
                var arguments = [command, "--\(flag.name)=the file"]
                let names = flags.map(\.name)
                for needed in ["model", "output", "text"]
                where names.contains(needed) && flag.name != needed && flag.name != "template" {
                    if command == "generate" || needed != "text" || command == "eval" {
                        arguments.append("--\(needed)=x")
                    }
                }
                if command == "inspect" { arguments.removeAll { $0 == "--output=x" } }
                if command == "generate" { arguments.append("prompt") }
                if command == "render" { arguments.removeAll { $0 == "--text=x" } }
                let parsed = try Switchyard.parseAsRoot(arguments)
                let inputs = (parsed as? any ReadsFiles)?.inputs ?? []
                #expect(inputs.contains("the file"), "--\(flag.name) of \(command)")
                tried.insert(flag.name)
            }
        }
        #expect(tried == Self.fileFlags)
    }

    private func lines(_ text: String, bytesMax: Int = 100) throws -> [String] {
        let folder = try TemporaryFolder()
        let descriptor = unsafe open(try folder.write(text, to: "lines"), O_RDONLY)
        defer { close(descriptor) }
        var reader = LineReader(descriptor, name: "lines", lineBytesMax: bytesMax)
        var lines: [String] = []
        while let line = try reader.next() {
            switch line {
            case .text(let bytes): lines.append(String(decoding: bytes, as: UTF8.self))
            case .tooLong: lines.append("too long")
            }
        }
        return lines
    }

    @Test("lines end at line feeds, blank ones are none, the last needs no end") func reading()
        throws
    {
        #expect(try lines("a\n\n \t\r\nbc\r\nd") == ["a", "bc\r", "d"])
        #expect(try lines("") == [])
        let long = String(repeating: "x", count: 70_000)
        #expect(try lines(long + "\n" + long, bytesMax: 70_000) == [long, long])
    }

    @Test("a line that is too long fails alone") func tooLong() throws {
        let long = String(repeating: "x", count: 200_000)
        #expect(try lines("a\n\(long)\nb\n\(long)") == ["a", "too long", "b", "too long"])
        #expect(throws: CommandError.self) {
            try LineReader.Line.tooLong(bytesMax: 5).json()
        }
    }

    @Test("a folder in the place of a file is an error, not an empty file") func folders() throws {
        let descriptor = unsafe open("/tmp", O_RDONLY)
        defer { close(descriptor) }
        var reader = LineReader(descriptor, name: "/tmp", lineBytesMax: 100)
        #expect(throws: CommandError.self) { try reader.next() }
    }

    @Test("failed lines are counted") func counted() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("1\nx\n2\n\n3\n", to: "lines")
        let input = try LineInput.parse(["--input", path])
        let (count, failed) = try input.forEach { line in
            guard line != 2 else { throw CommandError("two") }
            return line
        }
        #expect(count == 4 && failed == 2)
    }

    @Test(
        "what others wrote cannot move a terminal's cursor",
        arguments: [
            ("plain ü 你 😀 'x'", "plain ü 你 😀 'x'"), ("a\u{1B}[31mb", #"a\u{1b}[31mb"#),
            ("a\nError: b\r", #"a\u{a}Error: b\u{d}"#), ("\u{9B}0m\u{7F}", #"\u{9b}0m\u{7f}"#),
            ("a\u{2028}\u{202E}\u{200B}", #"a\u{2028}\u{202e}\u{200b}"#),
        ])
    func terminal(text: String, shown: String) {
        #expect(Terminal.shown(text) == shown)
    }

    @Test("a message does not grow with a name in a file") func longMessages() {
        let message = Terminal.message(
            "no such type: " + String(repeating: "\u{1B}", count: 70_000))
        #expect(message.utf8.count < 4200)
        #expect(message.hasPrefix("no such type: ") && message.hasSuffix("bytes)"))
    }
}
