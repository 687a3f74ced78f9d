import Glibc
import Memory
import Synchronization

/// A file that is written under a temporary name and renamed when it is complete (it is synced
/// before, and its folder after), so that no reader ever sees half of it. Without `commit` it is
/// removed.
package struct FileReplacement: ~Copyable {
    private let path: String
    private let partialPath: String
    private let descriptor: Int32
    private var isOpen = true
    /// The temporary files of this process.
    private static let partial = Mutex<Set<String>>([])

    /// Removes all files begun and not committed, for a process that ends at once. May be called on
    /// any thread.
    package static func discardAll() {
        for path in partial.withLock({ $0 }) { unsafe unlink(path) }
    }

    /// Opens a file beside `path`. Throws if the file system has less than `byteCount` bytes free.
    package init(_ path: String, byteCount: Int) throws(CheckpointError) {
        let folder = Self.folder(of: path)
        var status = statvfs()
        guard unsafe statvfs(folder, &status) == 0 else {
            throw Self.failure("cannot examine the folder \(folder)", path)
        }
        let (free, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
            by: UInt64(status.f_frsize))
        guard overflow || UInt64(byteCount) <= free else {
            throw CheckpointError(
                .unavailable(
                    reason: "\(path) takes \(byteCount) bytes, its file system has \(free) free; "
                        + "make room or write elsewhere"), in: path)
        }
        let tag = UInt32.random(in: 0...UInt32.max)
        let partialPath = "\(path).partial-\(getpid())-\(tag)"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = unsafe open(partialPath, flags, 0o644)
        guard descriptor >= 0 else { throw Self.failure("cannot create \(partialPath)", path) }
        Self.partial.withLock { _ = $0.insert(partialPath) }
        self.path = path
        self.partialPath = partialPath
        self.descriptor = descriptor
    }

    deinit {
        guard isOpen else { return }
        close(descriptor)
        unsafe unlink(partialPath)
        Self.forget(partialPath)
    }

    /// Appends all of `bytes`.
    package mutating func write(_ bytes: RawSpan) throws(CheckpointError) {
        let failed = unsafe bytes.withUnsafeBytes { buffer -> Bool in
            var written = 0
            while written < buffer.count {
                // SAFETY: the rest of the buffer, which lives for this closure.
                let result = unsafe Glibc.write(
                    descriptor, buffer.baseAddress.map { unsafe $0 + written },
                    buffer.count - written)
                if result < 0, errno != EINTR { return true }
                written += max(result, 0)
            }
            return false
        }
        if failed { throw Self.failure("cannot write \(partialPath)", path) }
    }

    /// Syncs the file and gives it its name.
    package consuming func commit() throws(CheckpointError) {
        guard fsync(descriptor) == 0 else {
            throw Self.failure("cannot sync \(partialPath)", path)
        }
        guard unsafe rename(partialPath, path) == 0 else {
            throw Self.failure("cannot rename \(partialPath) to \(path)", path)
        }
        close(descriptor)
        isOpen = false
        Self.forget(partialPath)
        // The new name survives a crash only when the folder is synced too.
        let folder = unsafe open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure("cannot open the folder of \(path)", path) }
        defer { close(folder) }
        guard fsync(folder) == 0 || errno == EINVAL else {
            throw Self.failure("cannot sync the folder of \(path)", path)
        }
    }

    private static func forget(_ path: String) {
        partial.withLock { _ = $0.remove(path) }
    }

    private static func failure(_ action: String, _ path: String) -> CheckpointError {
        CheckpointError(
            .unavailable(reason: MemoryError(action, code: errno).message), in: path)
    }

    /// The folder of the file `path`.
    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
    }
}
