import Memory

/// A model in one GGUF file, or in several (`NAME-00001-of-00003.gguf`, …) that llama.cpp's
/// `gguf-split` made: the first holds the metadata, each some of the tensors.
package struct ShardedGGUF: TensorSource {
    /// More files than this are refused; names have five digits.
    package static let filesMax = 99_999

    /// The files in order, at least one.
    package let files: [GGUFFile]

    /// The first file, whose metadata is the model's.
    package let first: GGUFFile

    /// All tensors' names, file after file.
    package let names: [String]
    private let tensors: [String: StoredTensor]

    package var location: String { first.location }

    /// Opens the file at `path` (of a split model, any of its files) and the others with it.
    package init(path: String) throws(CheckpointError) {
        let opened = try GGUFFile(path: path)
        let count = opened.metadata["split.count"]?.integerValue ?? 1
        guard count > 1 else {
            try self.init(first: opened, rest: [])
            return
        }
        guard count <= Self.filesMax, let stem = Self.stem(of: path, count: count) else {
            throw CheckpointError(
                .configuration(
                    "it is one of \(count) files, which must be called NAME-00001-of-00002.gguf "
                        + "and so on; give them their original names"), in: path)
        }
        let first = try GGUFFile(path: Self.path(stem, 1, count))
        var rest: [GGUFFile] = []
        for number in 2...count {
            rest.append(try GGUFFile(path: Self.path(stem, number, count)))
        }
        try self.init(first: first, rest: rest)
    }

    private init(first: GGUFFile, rest: [GGUFFile]) throws(CheckpointError) {
        let files = [first] + rest
        var names: [String] = []
        var tensors: [String: StoredTensor] = [:]
        for (index, file) in files.enumerated() {
            guard rest.isEmpty || file.metadata["split.no"]?.integerValue == index else {
                throw CheckpointError(
                    .malformed("it is not file \(index + 1) of its model"), in: file.location)
            }
            for name in file.names {
                if let tensor = file.tensor(name),
                    let other = tensors.updateValue(tensor, forKey: name)
                {
                    throw CheckpointError(
                        .malformedTensor(tensor: name, "is in \(other.file.path) as well"),
                        in: file.location)
                }
                names.append(name)
            }
        }
        if let total = first.metadata["split.tensors.count"]?.integerValue, !rest.isEmpty {
            guard total == names.count else {
                throw CheckpointError(
                    .malformed("its files hold \(names.count) tensors, \(total) were expected"),
                    in: first.location)
            }
        }
        self.first = first
        self.files = files
        self.names = names
        self.tensors = tensors
    }

    package func tensor(_ name: String) -> StoredTensor? { tensors[name] }

    /// `path` without `-00001-of-00003.gguf`, nil if it does not end so.
    private static func stem(of path: String, count: Int) -> String? {
        let suffix = "-of-\(digits(count)).gguf"
        guard path.hasSuffix(suffix) else { return nil }
        let head = path.dropLast(suffix.count)
        let number = head.suffix(5)
        guard number.count == 5, number.allSatisfy({ $0.isASCII && $0.isNumber }),
            head.dropLast(5).last == "-"
        else { return nil }
        return String(head.dropLast(6))
    }

    private static func path(_ stem: String, _ number: Int, _ count: Int) -> String {
        "\(stem)-\(digits(number))-of-\(digits(count)).gguf"
    }

    private static func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
}
