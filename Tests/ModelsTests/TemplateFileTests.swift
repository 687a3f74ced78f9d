import Checkpoints
import Glibc
import Models
import TestSupport
import Testing

/// The files in which chat templates are found.
@Suite struct TemplateFileTests {
    private func templates(_ texts: [String: String]) throws -> [String: String] {
        try ModelFiles(texts: texts.mapValues { Array($0.utf8) }).templates(in: "x")
    }

    @Test("a tokenizer configuration has one template, a list or an object of them")
    func configuration() throws {
        let name = ModelFiles.tokenizerConfigurationName
        #expect(try templates([name: #"{"chat_template": "a"}"#]) == ["default": "a"])
        let list =
            #"{"chat_template": [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}, {"name": 1}]}"#
        #expect(try templates([name: list]) == ["default": "a", "tool_use": "b"])
        let object = #"{"chat_template": {"default": "a", "rag": "b", "odd": 1}}"#
        #expect(try templates([name: object]) == ["default": "a", "rag": "b"])
        #expect(try templates([name: #"{"chat_template": null}"#]).isEmpty)
        #expect(try templates([:]).isEmpty)
    }

    @Test("files of their own go before the configuration's") func files() throws {
        let folder = try TemporaryFolder()
        defer { extendLifetime(folder) }
        let inner = folder.path + "/" + ModelFiles.templateFolder
        #expect(unsafe mkdir(inner, 0o700) == 0)
        defer {
            for name in ["tool_use.jinja", "notes.txt"] { unsafe unlink(inner + "/" + name) }
            unsafe rmdir(inner)
        }
        try folder.write(Array("a".utf8), to: ModelFiles.templateName)
        try folder.write(
            Array(#"{"chat_template": "c"}"#.utf8), to: ModelFiles.tokenizerConfigurationName)
        try folder.write(Array("b".utf8), to: ModelFiles.templateFolder + "/tool_use.jinja")
        try folder.write(Array("n".utf8), to: ModelFiles.templateFolder + "/notes.txt")
        #expect(
            try ModelFiles(folder: folder.path).templates(in: folder.path)
                == ["default": "a", "tool_use": "b"])
    }

    /// A GGUF file of texts without tensors.
    private func gguf(_ texts: [(key: String, value: String)]) -> [UInt8] {
        func integer(_ value: Int, bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        func string(_ text: String) -> [UInt8] { integer(text.utf8.count, bytes: 8) + text.utf8 }
        let head = Array("GGUF".utf8) + integer(3, bytes: 4) + integer(0, bytes: 8)
        return texts.reduce(head + integer(texts.count, bytes: 8)) { file, text in
            file + string(text.key) + integer(8, bytes: 4) + string(text.value)
        }
    }

    @Test("a GGUF file's named templates are taken, names that are paths are not")
    func ggufTemplates() throws {
        let folder = try TemporaryFolder()
        defer { extendLifetime(folder) }
        let key = "tokenizer.chat_template"
        try folder.write(
            gguf([
                (key, "a"), (key + ".tool_use", "b"), (key + "./../../x", "c"), (key + ".", "d"),
                (key + "..", "e"),
            ]), to: "m.gguf")
        let files = ModelFiles(try GGUFFile(path: folder.path + "/m.gguf").metadata)
        #expect(try files.templates(in: "x") == ["default": "a", "tool_use": "b"])
        #expect(
            files.texts.keys.sorted() == [
                ModelFiles.templateFolder + "/tool_use.jinja", ModelFiles.templateName,
            ])
    }
}
