import Glibc

/// The file that a `FileReplacement` writes to until it is complete: `NAME.partial-PROCESS-TAG`.
enum PartialFile {
    private static let mark = ".partial-"

    /// A new name for a part of `path`.
    static func name(of path: String) -> String {
        "\(path)\(mark)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    }

    /// A path without its folders.
    static func lastPart(_ path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path.utf8.suffix(from: path.utf8.index(after: slash))) ?? path
    }

    /// Removes the parts in a folder that nobody writes to any more: those of the file `path`, or all.
    ///
    /// - own: the names of parts that this process writes to.
    static func removeAbandoned(in folder: String, of path: String?, exceptOwn own: Set<String>) {
        let file = path.map(lastPart)
        for name in (try? FolderListing(folder).names) ?? [] where !own.contains(name) {
            guard let (whole, process) = parts(name), file == nil || file == whole,
                isAbandoned(folder + "/" + name, by: process)
            else { continue }
            unsafe unlink(folder + "/" + name)
        }
    }

    /// The file that a part is of, and the process that began it; nil for another file's name.
    private static func parts(_ name: String) -> (file: String, process: pid_t)? {
        let numbers = name.split(separator: "-", omittingEmptySubsequences: false).suffix(2)
        guard let first = numbers.first, let last = numbers.last, numbers.count == 2,
            let process = pid_t(first), process > 0, UInt32(last) != nil
        else { return nil }
        let end = "\(first)-\(last)".utf8.count
        guard let rest = String(name.utf8.dropLast(end)), rest.hasSuffix(mark) else { return nil }
        return (String(rest.dropLast(mark.count)), process)
    }

    /// Whether the process is gone, which left this part. One with this process's number is: in a
    /// container every process may have the same. A process of another container cannot be seen here,
    /// but the lock that it holds can.
    private static func isAbandoned(_ path: String, by process: pid_t) -> Bool {
        guard process == getpid() || (kill(process, 0) != 0 && errno == ESRCH) else { return false }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }
}
