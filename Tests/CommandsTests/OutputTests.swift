import ArgumentParser
import Checkpoints
import Glibc
import TestSupport
import Testing

@testable import Commands

/// Files that commands write.
@Suite struct OutputTests {
    private func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("a place where nothing can be written is refused with what to do") func places() throws {
        let folder = try TemporaryFolder()
        let (root, file) = (folder.path, try folder.write("x", to: "file"))
        let table = [
            (root + "/none/file", "the folder \(root)/none does not exist; make it first"),
            (root, "is a folder; give the name of a file"),
            ("/dev/null", "is no plain file; give the name of a file"),
            (file + "/inside", "file is no folder"),
        ]
        for (path, words) in table {
            let found = refusal { try OutputFile.check(path) }
            #expect(found.hasPrefix(path + ": ") && found.contains(words), "\(found)")
        }
        #expect(refusal { try OutputFile.check(root + "/new") } == "")
        #expect(refusal { try OutputFile.check(file) } == "")
    }

    @Test("a file that is there needs a flag") func existing() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("x", to: "file")
        let found = refusal { try OutputFile.check(file, unless: "--overwrite") }
        #expect(found.contains("is there already; give another name, or --overwrite"))
        #expect(refusal { try OutputFile.check(folder.path + "/new", unless: "--overwrite") } == "")
    }

    @Test("an output is never a file that is read, whatever it is called") func read() throws {
        let folder = try TemporaryFolder()
        let root = folder.path
        try folder.makeFolder("model")
        let templates = "model/additional_chat_templates"
        try folder.makeFolder(templates)
        try folder.makeFolder("model/quantized")
        try folder.write("x", to: "model/quantized/model.safetensors")
        for name in ["model/config.json", "\(templates)/tools.jinja", "text", "out"] {
            try folder.write("x", to: name)
        }
        for part in 1...2 { try folder.write("x", to: "split-0000\(part)-of-00002.gguf") }
        try #require(unsafe symlink(root + "/model/config.json", root + "/link") == 0)
        try #require(unsafe symlink(root + "/text", root + "/model/linked") == 0)
        try #require(unsafe symlink(root + "/model", root + "/another") == 0)
        let model = root + "/model"
        for (output, input) in [
            (root + "/./text", root + "/text"), (root + "/link", model),
            (model + "/config.json", model + "/"), (root + "/another/config.json", model),
            (model + "/quantized/../config.json", root + "/another"),
            ("\(root)/\(templates)/tools.jinja", model), (root + "/text", model),
            (root + "/split-00002-of-00002.gguf", root + "/split-00001-of-00002.gguf"),
            // A folder that is written.
            (root, model), (model, root + "/text"),
        ] {
            let found = refusal { try OutputFile.check(output, reading: [nil, input]) }
            #expect(
                found.contains("is what is read as well") && found.hasPrefix(output),
                "\(output) from \(input): \(found)")
        }
        for output in ["out", "new", "model/new", "model/quantized"] {
            let path = root + "/" + output
            try OutputFile.check(path, reading: [model, root + "/text", "/dev/null"])
        }
        try OutputFile.check("/dev/null", reading: ["/dev/null"])
    }

    @Test("what every command writes is looked at") func written() throws {
        var tried = 0
        for (command, flags) in try KnownFlags().commands {
            for flag in flags where ["output", "dequantize"].contains(flag.name) {
                let parsed = try Switchyard.parseAsRoot(
                    [command, "--model=x", "--\(flag.name)=the file"])
                #expect((parsed as? any WritesFile)?.written == "the file", "\(command)")
                tried += 1
            }
        }
        #expect(tried == 4)
    }

    @Test("what does not fit is refused with sizes for people, and leaves no trace") func space()
        throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path + "/file"
        let found = refusal { try FileReplacement.check(path, byteCount: 1 << 60) }
        #expect(found.contains("takes 1048576 TiB, the file system has "))
        #expect(found.contains("iB free; make room or write elsewhere"))
        #expect(unsafe access(path, F_OK) != 0)
    }
}
