import Glibc
import Memory
import Testing

@testable import Checkpoints

/// The path of a file in this target's fixtures.
func fixture(_ name: String) -> String {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name)"
}

/// The bytes of a file in this target's fixtures.
func fixtureBytes(_ name: String) throws -> [UInt8] {
    let file = try MappedFile(path: fixture(name))
    defer { extendLifetime(file) }
    return unsafe Array(file.bytes)
}

/// Calls `body` with the path of an empty folder, and removes it with its files after.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/switchyard-checkpoints-XXXXXX".utf8CString)
    try #require(unsafe mkdtemp(&template) != nil)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        for name in names(in: path) { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }
    try body(path)
}

/// The names of the files in `folder`.
func names(in folder: String) -> [String] {
    let listing = try? FolderListing(folder)
    return listing?.names.filter { $0 != "." && $0 != ".." } ?? []
}

/// A small reproducible generator (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The little-endian bytes of an integer.
func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe Array($0) }
}

/// Reads every byte of every tensor, so that a wrong range cannot stay unnoticed.
func touchAll(_ source: some TensorSource) -> UInt64 {
    var sum: UInt64 = 0
    for name in source.names {
        guard let tensor = source.tensor(name) else { continue }
        defer { extendLifetime(tensor.file) }
        for index in 0..<tensor.byteCount {
            sum &+= UInt64(unsafe tensor.bytes[index])
        }
    }
    return sum
}
