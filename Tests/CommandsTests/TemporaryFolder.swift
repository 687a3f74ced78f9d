import Glibc

/// A folder of a test's own.
struct TemporaryFolder: ~Copyable {
    let path: String
    private var made: [String] = []

    init() throws {
        var template = Array("/tmp/switchyard-commands-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw TestError("no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    mutating func makeFolder(_ name: String) throws {
        made.append(path + "/" + name)
        guard unsafe mkdir(path + "/" + name, 0o700) == 0 else {
            throw TestError("cannot make \(name)")
        }
    }

    /// Writes a file and answers its path.
    @discardableResult
    mutating func write(_ text: String, to name: String) throws -> String {
        let place = path + "/" + name
        made.append(place)
        guard let file = unsafe fopen(place, "w") else { throw TestError("cannot write \(name)") }
        let bytes = Array(text.utf8)
        let written = unsafe fwrite(bytes, 1, bytes.count, file)
        guard unsafe fclose(file) == 0, written == bytes.count else {
            throw TestError("cannot write \(name)")
        }
        return place
    }

    deinit {
        for place in made.reversed() { unsafe remove(place) }
        unsafe rmdir(path)
    }
}

struct TestError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
