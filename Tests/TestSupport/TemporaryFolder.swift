import Glibc

/// A temporary folder, which is removed with the value, and all that is in it.
package final class TemporaryFolder {
    package let path: String

    package init() throws {
        var template = Array("/tmp/switchyard-tests-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw TestError("no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { remove(path) }

    /// Makes a folder inside and returns its path.
    @discardableResult
    package func makeFolder(_ name: String) throws -> String {
        let place = path + "/" + name
        guard unsafe mkdir(place, 0o700) == 0 else { throw TestError("cannot make \(place)") }
        return place
    }

    /// Writes a file and returns its path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> String {
        let place = path + "/" + name
        try writeFile(bytes, to: place)
        return place
    }

    /// Writes a file and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }
}

/// Calls `body` with the path of an empty folder, which is removed afterwards.
@discardableResult
package func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try TemporaryFolder()
    return try withExtendedLifetime(folder) { try body(folder.path) }
}

/// Writes a whole file.
package func writeFile(_ bytes: [UInt8], to path: String) throws {
    guard let file = unsafe fopen(path, "w") else { throw TestError("cannot open \(path)") }
    let written = unsafe fwrite(bytes, 1, bytes.count, file)
    guard unsafe fclose(file) == 0, written == bytes.count else {
        throw TestError("cannot write \(path)")
    }
}

/// The names in a folder, sorted; none if it cannot be read.
package func listing(_ folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
        // SAFETY: the name ends with a zero, and is copied before the next entry is read.
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name.0) {
            unsafe String(cString: $0)
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// Removes a file, or a folder with all that is in it. Of a link only the link is removed.
private func remove(_ path: String) {
    if unsafe unlink(path) == 0 { return }
    for name in listing(path) { remove(path + "/" + name) }
    unsafe rmdir(path)
}
