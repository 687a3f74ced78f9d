import Glibc

/// Files of this repository that are not code.
enum RepositoryFile {
    /// The text of a file; `path` begins at the repository's root.
    static func text(_ path: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let full = "/\(root)/\(path)"
        guard let file = unsafe fopen(full, "r") else { throw Unreadable(path: full) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        while true {
            let byte = unsafe fgetc(file)
            guard byte != EOF else { break }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    struct Unreadable: Error { let path: String }
}
