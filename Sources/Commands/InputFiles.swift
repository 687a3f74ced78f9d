import Glibc
import Models

/// A command that reads files which flags name.
protocol ReadsFiles {
    /// Their paths; nil for a flag that is not given.
    var inputs: [String?] { get }
}

/// Paths of files to read.
enum InputFiles {
    /// The most parts of a path that are looked up.
    private static let partsMax = 64

    /// Throws for a path that does not exist where one exists that was probably meant.
    static func check(_ paths: [String?]) throws {
        for case let path? in paths {
            guard let meant = meant(by: path) else { continue }
            throw CommandError("\(path): no such file or folder; did you mean \(meant)?")
        }
    }

    /// The path that exists with other letter case or without a slash at the end; nil where `path`
    /// exists itself, or nothing is near it.
    static func meant(by path: String) -> String? {
        guard !exists(path) else { return nil }
        let parts = path.split(separator: "/")
        guard !parts.isEmpty, parts.count <= partsMax else { return nil }
        var found = path.hasPrefix("/") ? "/" : ""
        for (index, part) in parts.enumerated() {
            let exact = found + part
            if exists(exact) {
                found = exact
            } else {
                let wanted = part.lowercased()
                let names = FileText.names(in: found.isEmpty ? "." : found).sorted()
                guard let name = names.first(where: { $0.lowercased() == wanted }) else {
                    return nil
                }
                found += name
            }
            if index < parts.count - 1 { found += "/" }
        }
        return exists(found) ? found : nil
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0
    }
}
