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

    @Test("a file that is there needs a flag, and is never one that is read") func existing() throws
    {
        let folder = try TemporaryFolder()
        let file = try folder.write("x", to: "file")
        let found = refusal { try OutputFile.check(file, unless: "--overwrite") }
        #expect(found.contains("is there already; give another name, or --overwrite"))
        let same = refusal { try OutputFile.check(folder.path + "/./file", reading: nil, file) }
        #expect(same.contains("is what is read as well"))
        #expect(refusal { try OutputFile.check(folder.path + "/new", unless: "--overwrite") } == "")
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
