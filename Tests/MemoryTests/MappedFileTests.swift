import Glibc
import TestSupport
import Testing

@testable import Memory

@Suite struct MappedFileTests {
    @Test func aMappedFileHasTheFilesBytes() throws {
        let content = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try withTemporaryFile(content) { path in
            let file = try MappedFile(path: path)
            #expect(file.count == content.count)
            for advice in [MappedFile.Advice.normal, .random, .sequential, .willNeed, .dontNeed] {
                file.advise(advice)
                file.advise(advice, 5_000..<9_000)
                file.advise(advice, 9_000..<90_000)
            }
            #expect(unsafe Array(file.bytes) == content)
            #expect(file.withBytes { $0.byteCount } == content.count)
        }
    }

    @Test func bytesInMemoryReadLikeAFile() {
        let file = MappedFile(bytes: [1, 2, 3], name: "three")
        #expect(unsafe Array(file.bytes) == [1, 2, 3])
        #expect(file.path == "three")
        file.advise(.willNeed)
    }

    @Test func emptyFilesHaveNoBytes() throws {
        try withTemporaryFile([]) { path in
            let file = try MappedFile(path: path)
            #expect(file.count == 0)
        }
        #expect(unsafe MappedFile(bytes: [], name: "empty").bytes.isEmpty)
    }

    @Test func whatIsNoRegularFileIsRefusedByName() throws {
        for path in ["/", "/dev/zero", "/nonexistent/file"] {
            let error = #expect(throws: MemoryError.self) { try MappedFile(path: path) }
            #expect(error?.message.contains(path) == true)
        }
    }

    @Test func aPipeIsRefusedWithoutWaitingForItsWriter() throws {
        try withTemporaryFile([]) { path in
            let pipe = path + ".pipe"
            #expect(unsafe mkfifo(pipe, 0o600) == 0)
            defer { unsafe unlink(pipe) }
            #expect(throws: MemoryError.self) { try MappedFile(path: pipe) }
        }
    }

    /// Calls `body` with the path of a file with `content`, and removes the file afterwards.
    private func withTemporaryFile(
        _ content: [UInt8], _ body: (String) throws -> Void
    ) throws {
        let file = try TemporaryFile(content)
        try withExtendedLifetime(file) { try body(file.path) }
    }
}
