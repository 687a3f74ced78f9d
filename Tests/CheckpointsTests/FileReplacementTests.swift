import Glibc
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct FileReplacementTests {
    /// The number of a process that was, and is no more.
    private func endedProcess() throws -> pid_t {
        var process: pid_t = 0
        let name = "/bin/true"
        try unsafe name.withCString { path in
            var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [strdup(path), nil]
            defer { unsafe free(arguments[0]) }
            try #require(unsafe posix_spawn(&process, path, nil, nil, &arguments, nil) == 0)
        }
        var status: Int32 = 0
        try #require(unsafe waitpid(process, &status, 0) == process)
        return process
    }

    @Test("a new write removes what killed processes left of the file, and nothing else")
    func leftovers() throws {
        let folder = try TemporaryFolder()
        let gone = try endedProcess()
        let kept = [
            "other.partial-\(gone)-1", "file.partial-1-1", "file.partial-\(gone)-x",
            "file.partial-\(gone)", "file.partial--\(gone)-1", "file-\(gone)-1", "file",
        ]
        let left = ["file.partial-\(gone)-1", "file.partial-\(getpid())-4294967295"]
        for name in kept + left { try folder.write("x", to: name) }
        try FileReplacement.check(folder.path + "/file", byteCount: 0)
        #expect(listing(folder.path) == kept.sorted())
        FileReplacement.removeAbandoned(in: folder.path)
        #expect(listing(folder.path) == kept.dropFirst().sorted())
    }

    @Test("what is being written stays, in this process and in one that cannot be seen")
    func underWay() throws {
        let folder = try TemporaryFolder()
        let gone = try endedProcess()
        let hidden = try folder.write("x", to: "file.partial-\(gone)-2")
        let descriptor = unsafe open(hidden, O_RDONLY)
        defer { close(descriptor) }
        try #require(flock(descriptor, LOCK_EX) == 0)
        let first = try FileReplacement(folder.path + "/file", byteCount: 0)
        let second = try FileReplacement(folder.path + "/file", byteCount: 0)
        #expect(listing(folder.path).count == 3)
        try first.commit()
        try second.commit()
        #expect(listing(folder.path) == ["file", "file.partial-\(gone)-2"])
    }
}
