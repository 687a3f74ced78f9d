/// A temporary file, which is removed with the value.
package final class TemporaryFile {
    package let path: String
    private let folder: TemporaryFolder

    package init(_ bytes: [UInt8]) throws {
        folder = try TemporaryFolder()
        path = try folder.write(bytes, to: "file")
    }
}
