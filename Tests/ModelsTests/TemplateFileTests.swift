import Glibc
import Models
import Testing

/// Where chat templates lie.
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
        defer { folder.remove() }
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
}
