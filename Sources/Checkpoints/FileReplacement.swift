import Glibc
import Memory
import Synchronization

/// A file that is written under a temporary name and renamed when it is complete (it is synced
/// before, and its folder after), so that no reader ever sees half of it. Without `commit` it is
/// removed. What a killed process left of a file is removed before the same file is written again.
package struct FileReplacement: ~Copyable {
    private let path: String
    private let partialPath: String
    private let descriptor: Int32
    private var isOpen = true
    /// The files of this process that are being written.
    private static let partial = Mutex(Partial())

    private struct Partial {
        /// What each is called until it is complete, and its name then.
        var files: [String: String] = [:]
        /// Folders that this process made for its files.
        var folders: Set<String> = []
        var isDiscarded = false
    }

    /// Removes all that was begun and not committed, for a process that ends at once, and lets nothing
    /// further begin; returns the names that the files would have had. Any thread.
    @discardableResult
    package static func discardAll() -> [String] {
        partial.withLock { partial in
            partial.isDiscarded = true
            for path in partial.files.keys { unsafe unlink(path) }
            removeEmpty(partial.folders)
            return partial.files.values.sorted()
        }
    }

    /// Makes a folder for files that are to be written, if it is not there; returns false, with
    /// `errno`, if that fails.
    package static func makeFolder(_ path: String) -> Bool {
        partial.withLock { partial in
            guard !partial.isDiscarded else {
                errno = EINTR
                return false
            }
            guard unsafe mkdir(path, 0o755) == 0 else { return errno == EEXIST }
            partial.folders.insert(path)
            return true
        }
    }

    /// Removes the folder, and those in it, if `makeFolder` made them and no file was completed there.
    package static func discardEmpty(_ folder: String) {
        partial.withLock { partial in
            removeEmpty(partial.folders.filter { $0 == folder || $0.hasPrefix(folder + "/") })
        }
    }

    /// Those within others first.
    private static func removeEmpty(_ folders: Set<String>) {
        for folder in folders.sorted(by: { $0.utf8.count > $1.utf8.count }) { unsafe rmdir(folder) }
    }

    /// Throws for a place where no file of `byteCount` bytes can be written. Leaves no trace, also none
    /// of processes that were killed while they wrote the file: it may need their room.
    package static func check(_ path: String, byteCount: Int) throws(CheckpointError) {
        let folder = Self.folder(of: path)
        var status = stat()
        if unsafe stat(folder, &status) != 0 {
            throw refusal(path, "the folder \(folder) does not exist; make it first", if: ENOENT)
        }
        if status.st_mode & S_IFMT != S_IFDIR { throw refusal(path, "\(folder) is no folder") }
        if unsafe access(folder, W_OK | X_OK) != 0 {
            throw refusal(path, "the folder \(folder) may not be written by this user", if: EACCES)
        }
        // What is no plain file would be replaced by one.
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw refusal(
                path, "\(isFolder ? "is a folder" : "is no plain file"); give the name of a file")
        }
        PartialFile.removeAbandoned(in: folder, of: path, exceptOwn: ownPartials)
        try checkSpace(path, folder, byteCount)
    }

    /// Removes what processes that were killed left of any file in a folder which this program alone
    /// writes to.
    package static func removeAbandoned(in folder: String) {
        PartialFile.removeAbandoned(in: folder, of: nil, exceptOwn: ownPartials)
    }

    /// The names, without folders, under which this process is writing files.
    private static var ownPartials: Set<String> {
        partial.withLock { Set($0.files.keys.map(PartialFile.lastPart)) }
    }

    private static func checkSpace(_ path: String, _ folder: String, _ byteCount: Int)
        throws(CheckpointError)
    {
        var status = statvfs()
        guard unsafe statvfs(folder, &status) == 0 else {
            throw failure("cannot examine the folder \(folder)", path)
        }
        let (free, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
            by: UInt64(status.f_frsize))
        guard overflow || UInt64(byteCount) <= free else {
            throw refusal(
                path,
                "takes \(ByteSize(byteCount).roundedUp), the file system has "
                    + "\(ByteSize(Int(clamping: free))) free; make room or write elsewhere")
        }
    }

    /// Opens a file beside `path`. Throws if the file system has less than `byteCount` bytes free.
    package init(_ path: String, byteCount: Int) throws(CheckpointError) {
        try Self.check(path, byteCount: byteCount)
        let partialPath = PartialFile.name(of: path)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = Self.partial.withLock { partial -> Int32 in
            guard !partial.isDiscarded else {
                errno = EINTR
                return -1
            }
            let descriptor = unsafe open(partialPath, flags, 0o644)
            if descriptor >= 0 {
                partial.files[partialPath] = path
                // Says to other containers, which cannot see this process, that it lives.
                _ = flock(descriptor, LOCK_EX | LOCK_NB)
            }
            return descriptor
        }
        guard descriptor >= 0 else { throw Self.failure("cannot create \(partialPath)", path) }
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
        let code = unsafe bytes.withUnsafeBytes { buffer -> Int32 in
            var written = 0
            while written < buffer.count {
                // SAFETY: the rest of the buffer, which lives for this closure.
                let result = unsafe Glibc.write(
                    descriptor, buffer.baseAddress.map { unsafe $0 + written },
                    buffer.count - written)
                if result < 0, errno != EINTR { return errno }
                written += max(result, 0)
            }
            return 0
        }
        if code == ENOSPC || code == EDQUOT {
            throw Self.refusal(
                path, "the file system is full, nothing of it is kept; make room or write elsewhere"
            )
        }
        errno = code
        if code != 0 { throw Self.failure("cannot write \(path)", path) }
    }

    /// Syncs the file and gives it its name.
    package consuming func commit() throws(CheckpointError) {
        guard fsync(descriptor) == 0 else { throw Self.failure("cannot sync \(path)", path) }
        // Under one lock: `discardAll` names what has not got its name, and nothing else.
        errno = Self.partial.withLock { [partialPath, path] partial -> Int32 in
            guard unsafe rename(partialPath, path) == 0 else { return errno }
            partial.files[partialPath] = nil
            return 0
        }
        guard errno == 0 else {
            throw Self.failure("cannot rename \(partialPath) to \(path)", path)
        }
        close(descriptor)
        isOpen = false
        // The new name survives a crash only when the folder is synced too.
        let folder = unsafe open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure("cannot open the folder of \(path)", path) }
        defer { close(folder) }
        guard fsync(folder) == 0 || errno == EINVAL else {
            throw Self.failure("cannot sync the folder of \(path)", path)
        }
    }

    private static func forget(_ path: String) {
        partial.withLock { $0.files[path] = nil }
    }

    /// An error that says what is wrong with the place; the system's own words unless `expected` is
    /// what it says.
    private static func refusal(_ path: String, _ reason: String, if expected: Int32? = nil)
        -> CheckpointError
    {
        if let expected, errno != expected { return failure("\(path): cannot be written", path) }
        return CheckpointError(.unavailable(reason: "\(path): \(reason)"), in: path)
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
