package import Checkpoints
import Glibc
import Memory

/// Reads small files.
package enum FileText {
    /// Whether there is such a file or folder, which need not be readable.
    package static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// Throws `missing` if there is no such file or folder, and the system's reason if there may be one
    /// that cannot be reached or read.
    package static func require(_ path: String, orElse missing: CheckpointError)
        throws(CheckpointError)
    {
        guard unsafe access(path, R_OK) != 0 else { return }
        let code = errno
        throw code == ENOENT || code == ENOTDIR ? missing : unreadable(path, code)
    }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Reads a file that is read again later, and must not be waited for: what is no plain file, such
    /// as a pipe, is refused.
    package static func readPlain(_ path: String, bytesMax: Int) throws(CheckpointError) -> [UInt8]
    {
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw CheckpointError(
                .unavailable(reason: "\(path): is no plain file; it is read again on SIGHUP"),
                in: path)
        }
        return try read(path, bytesMax: bytesMax)
    }

    /// The names in a folder, at most a few thousand; none if it cannot be read.
    package static func names(in folder: String) -> [String] {
        guard let stream = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while names.count < 4096, let entry = unsafe readdir(stream) {
            // SAFETY: the name ends with a zero, and is copied before the next entry is read.
            names.append(
                unsafe withUnsafePointer(to: &entry.pointee.d_name.0) {
                    unsafe String(cString: $0)
                })
        }
        return names
    }

    /// The file's bytes. An error names the file and what is wrong.
    package static func read(_ path: String, bytesMax: Int) throws(CheckpointError) -> [UInt8] {
        let result = try head(path, count: bytesMax + 1)
        guard result.count <= bytesMax else {
            throw CheckpointError(
                .unsupported("more than \(ByteSize(bytesMax))", remedy: "is this the right file?"),
                in: path)
        }
        return result
    }

    /// The file's first bytes; fewer if the file is shorter.
    package static func head(_ path: String, count bytesMax: Int) throws(CheckpointError) -> [UInt8]
    {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(max(bytesMax, 1), 1 << 16))
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { return result }
            result += buffer[..<min(count, bytesMax - result.count)]
            if result.count == bytesMax { return result }
        }
    }

    private static func unreadable(_ path: String, _ code: Int32) -> CheckpointError {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return CheckpointError(.unavailable(reason: "\(path): cannot be read: \(reason)"), in: path)
    }
}
