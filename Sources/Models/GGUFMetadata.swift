import Checkpoints

/// A GGUF file's metadata by key, with errors that name it.
struct GGUFMetadata {
    private let file: GGUFFile

    init(_ file: GGUFFile) {
        self.file = file
    }

    func optionalInteger(_ key: String) -> Int? {
        let value = file.metadata[key]
        // Some files give a count a layer; all equal is a count.
        if let list = value?.arrayValue?.integers, let first = list.first,
            list.allSatisfy({ $0 == first })
        {
            return first
        }
        return value?.integerValue
    }

    func optionalDouble(_ key: String) -> Double? { file.metadata[key]?.doubleValue }
    func optionalString(_ key: String) -> String? { file.metadata[key]?.stringValue }

    func flag(_ key: String, default fallback: Bool) -> Bool {
        file.metadata[key]?.boolValue ?? fallback
    }

    func integer(_ key: String) throws(CheckpointError) -> Int {
        guard let value = optionalInteger(key) else { throw missing(key, "a whole number") }
        return value
    }

    func double(_ key: String) throws(CheckpointError) -> Double {
        guard let value = optionalDouble(key) else { throw missing(key, "a number") }
        return value
    }

    func string(_ key: String) throws(CheckpointError) -> String {
        guard let value = optionalString(key) else { throw missing(key, "a string") }
        return value
    }

    private func missing(_ key: String, _ kind: String) -> CheckpointError {
        let problem = file.metadata[key] == nil ? "is missing" : "is not \(kind)"
        return CheckpointError(
            .configuration("metadata '\(key)' \(problem)"), in: file.location)
    }
}
