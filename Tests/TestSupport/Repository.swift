import Glibc

/// Files of this repository.
package enum Repository {
    /// The folder that holds `Package.swift`.
    package static let root =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// The path of a file in a test target's fixtures.
    package static func fixture(_ target: String, _ name: String) -> String {
        "\(root)/Tests/\(target)/Fixtures/\(name)"
    }

    /// The bytes of a file; `path` is relative to the root.
    package static func bytes(_ path: String) throws -> [UInt8] {
        try contents(of: "\(root)/\(path)")
    }

    /// The text of a file; `path` is relative to the root.
    package static func text(_ path: String) throws -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }
}

/// The bytes of the file at `path`.
package func contents(of path: String) throws -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { throw TestError("cannot open \(path)") }
    defer { unsafe fclose(file) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        // SAFETY: at most the chunk's length is written.
        let count = unsafe fread(&chunk, 1, chunk.count, file)
        if count == 0 { break }
        result += chunk[..<count]
    }
    guard unsafe ferror(file) == 0 else { throw TestError("cannot read \(path)") }
    return result
}
