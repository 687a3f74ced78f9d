import Testing

/// The rules of our style that a program can check.
@Suite("tidiness") struct TidyTests {
    private static let sources: [SourceFile] = files(["Sources", "Fuzzing", "loadtest"])
    private static let tests: [SourceFile] = files(["Tests"])
    private static let all = sources + tests

    private static func files(_ folders: [String]) -> [SourceFile] {
        do {
            return try folders.flatMap { try SourceFile.all(under: $0) }
        } catch {
            Issue.record("the sources cannot be read: \(error)")
            return []
        }
    }

    /// Fails with a list of all places.
    private func expectNone(
        _ places: [String], _ rule: Comment, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(places.isEmpty, rule, sourceLocation: location)
    }

    @Test("the checks see the sources") func seen() {
        #expect(Self.sources.count > 200)
        #expect(Self.tests.count > 80)
    }

    @Test("the checks find what they look for") func sensitive() {
        let forced = SourceFile(
            path: "a.swift",
            text: """
                let a = b!
                let c = try! d()
                let e = f != g  // h!
                let i = "j! \\(k["l"]) m!" + n
                if !o { p() }
                """)
        #expect(forced.code.map(forces) == [true, true, false, false, false])
        let body = Array(repeating: "    x()", count: 69).joined(separator: "\n")
        let long = SourceFile(path: "a.swift", text: "func a() {\n\(body)\n}\n")
        #expect(longFunctions(long, linesMax: 70) == ["a.swift:1"])
        #expect(longFunctions(long, linesMax: 71).isEmpty)
        #expect(testName("    @Test func works(a: Int)") == "works")
        #expect(packageType("package final class Name: Sendable {") == "Name")
        #expect(packageType("    package struct Inner {") == nil)
        #expect(packageType("package extension String {") == nil)
    }

    @Test("a package type lies in a file of its name") func typeFiles() {
        expectNone(
            Self.sources.flatMap { file in
                file.code.enumerated().filter { _, line in
                    guard let type = packageType(line) else { return false }
                    return type != file.name && !file.name.hasPrefix(type + "+")
                }.map { file.place($0.offset) }
            }, "move the type to a file of its name")
    }

    /// The type that a line at the outermost level declares for other targets.
    private func packageType(_ line: String) -> Substring? {
        var words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" }[...]
        guard line.first.map({ $0 != " " }) == true else { return nil }
        while words.first?.first == "@" { words = words.dropFirst() }
        guard words.popFirst() == "package" else { return nil }
        if words.first == "final" || words.first == "indirect" { words = words.dropFirst() }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "actor"]
        guard let kind = words.popFirst(), kinds.contains(kind) else { return nil }
        return words.first
    }

    @Test("fixtures say what made them") func fixtures() throws {
        let folders = try SourceFile.folders(under: "Tests").filter {
            try SourceFile.folders(under: "Tests/" + $0).contains("Fixtures")
        }
        #expect(folders.count > 5)
        for folder in folders {
            let text = try? SourceFile.text("Tests/\(folder)/Fixtures/README.md")
            #expect(text?.contains("ade by") == true, "Tests/\(folder)/Fixtures needs a README.md")
        }
    }

    @Test("files have one subject: 800 lines at most, 400 rarely") func fileLength() {
        // Tables are named for it.
        let written = Self.all.filter { !$0.name.hasSuffix("Data") }
        expectNone(
            written.filter { $0.lines.count > 800 }.map(\.path), "split files over 800 lines")
        let long = written.filter { $0.lines.count > 401 }.map(\.path)
        #expect(long.count * 25 <= written.count, "more than one file in 25 is over 400 lines")
    }

    @Test("a function fits a screen: 70 lines") func functionLength() {
        expectNone(Self.all.flatMap { longFunctions($0, linesMax: 70) }, "split long functions")
    }

    private func longFunctions(_ file: SourceFile, linesMax: Int) -> [String] {
        var places: [String] = []
        for (start, line) in file.code.enumerated() {
            guard line.contains("func ") || line.contains("init"), isFunction(line) else {
                continue
            }
            let indent = SourceFile.indent(line)
            let body = file.lines[(start + 1)...]
            // The layout is swift-format's: a function ends at a brace as deep as its first line.
            let end = body.firstIndex {
                $0.first { $0 != " " } == "}" && SourceFile.indent($0) <= indent
            }
            if let end, end - start + 1 > linesMax { places.append(file.place(start)) }
        }
        return places
    }

    /// Whether a line begins a function or initializer that has a body.
    private func isFunction(_ line: String) -> Bool {
        let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
        let modifiers: Set<Substring> = [
            "package", "private", "fileprivate", "static", "mutating", "override", "convenience",
            "final", "consuming", "borrowing", "nonisolated", "required",
        ]
        guard let first = words.drop(while: { modifiers.contains($0) }).first else { return false }
        let isHead = first == "func" || first.hasPrefix("init(") || first.hasPrefix("init?(")
        let continues = !line.hasSuffix("}") && (line.hasSuffix("{") || line.hasSuffix("("))
        return isHead && continues
    }

    @Test("nothing is left for later") func noLeftovers() {
        let words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:"]
        expectNone(
            Self.all.flatMap { file in
                file.lines.enumerated().filter { line in
                    words.contains { line.element.contains($0) }
                }.map { file.place($0.offset) }
            }, "do it or leave it out")
    }

    @Test("nothing is forced: no try!, as! or postfix !") func noForce() {
        expectNone(
            Self.all.flatMap { file in
                file.code.enumerated().filter { $0.element.contains("!") && forces($0.element) }
                    .map { file.place($0.offset) }
            }, "throw, or say why it cannot be with a precondition")
    }

    private func forces(_ line: String) -> Bool {
        let characters = Array(line)
        for index in characters.indices.dropFirst() where characters[index] == "!" {
            let before = characters[index - 1]
            let after = index + 1 < characters.count ? characters[index + 1] : " "
            let isPostfix = before.isLetter || before.isNumber || "_)]>".contains(before)
            if isPostfix, after != "=" { return true }
        }
        return false
    }

    @Test("package is the widest access") func access() {
        expectNone(
            Self.sources.flatMap { file in
                file.code.enumerated().filter { _, line in
                    let words = line.split(separator: " ")
                    return words.first == "public" || words.first == "open"
                        || line.contains(" public import ")
                }.map { file.place($0.offset) }
            }, "say package")
    }

    @Test("what the compiler cannot check says who guards it") func unchecked() {
        expectNone(
            Self.all.flatMap { file in
                file.code.indices.filter { index in
                    let line = file.code[index]
                    guard
                        line.contains("@unchecked Sendable")
                            || line.contains("nonisolated(unsafe)")
                    else { return false }
                    return !file.lines[max(0, index - 8)...index].contains { $0.contains("//") }
                }.map(file.place)
            }, "name the guard in a comment")
    }

    @Test("the server loads no Foundation") func noFoundation() {
        expectNone(
            Self.sources.flatMap { file in
                file.code.enumerated().filter { $0.element.contains("import Foundation") }
                    .map { file.place($0.offset) }
            }, "Glibc and Synchronization do")
    }

    @Test("tests neither sleep nor wait for a time to pass") func noSleep() {
        let calls = ["Task." + "sleep", "us" + "leep(", "nano" + "sleep(", " sle" + "ep("]
        expectNone(
            Self.tests.flatMap { file in
                file.code.enumerated().filter { line in
                    calls.contains { line.element.contains($0) }
                }.map { file.place($0.offset) }
            }, "wait for the event itself")
    }

    @Test("a test is named for the fact it proves") func testNames() {
        expectNone(
            Self.tests.flatMap { file in
                file.code.enumerated().filter { _, line in
                    guard let name = testName(line) else { return false }
                    // A sentence, in quotes or in camel case.
                    return name.first { $0.isUppercase } == nil || name.hasPrefix("test")
                }.map { file.place($0.offset) }
            }, "give the test a sentence as name")
    }

    /// The function's name if a line is a test without a display name.
    private func testName(_ line: String) -> Substring? {
        guard let found = line.range(of: "@Test func ") else { return nil }
        return line[found.upperBound...].prefix { $0 != "(" && $0 != "<" }
    }
}

extension String {
    /// The first occurrence of a text in this one.
    func range(of text: String) -> Range<Index>? {
        firstRange(of: text)
    }
}
