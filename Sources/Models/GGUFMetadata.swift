import Checkpoints

/// A GGUF file's metadata by key, with errors that name it.
struct GGUFMetadata {
    private let file: ShardedGGUF

    init(_ file: ShardedGGUF) {
        self.file = file
    }

    /// The value of the first of some keys that is there.
    func optionalInteger(_ keys: String...) throws(CheckpointError) -> Int? {
        try read(keys, "a whole number") { value in
            // Some files give a count a layer; all equal is a count.
            if let list = value.arrayValue?.integers, let first = list.first,
                list.allSatisfy({ $0 == first })
            {
                return first
            }
            return value.integerValue
        }
    }

    func optionalDouble(_ keys: String...) throws(CheckpointError) -> Double? {
        try read(keys, "a number") { $0.doubleValue }
    }

    func optionalString(_ key: String) throws(CheckpointError) -> String? {
        try read([key], "a string") { $0.stringValue }
    }

    func flag(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
        try read([key], "true or false") { $0.boolValue } ?? fallback
    }

    func integer(_ key: String) throws(CheckpointError) -> Int {
        try required(key, optionalInteger(key))
    }

    func double(_ key: String) throws(CheckpointError) -> Double {
        try required(key, optionalDouble(key))
    }

    func string(_ key: String) throws(CheckpointError) -> String {
        try required(key, optionalString(key))
    }

    /// A value of a kind; nil where there is none, and an error where it is of another kind.
    private func read<Value>(
        _ keys: [String], _ kind: String, _ convert: (GGUFValue) -> Value?
    ) throws(CheckpointError) -> Value? {
        guard let key = keys.first(where: { file.metadata[$0] != nil }),
            let value = file.metadata[key]
        else { return nil }
        guard let result = convert(value) else { throw problem(key, "is not \(kind)") }
        return result
    }

    private func required<Value>(_ key: String, _ value: Value?) throws(CheckpointError) -> Value {
        guard let value else { throw problem(key, "is missing") }
        return value
    }

    private func problem(_ key: String, _ what: String) -> CheckpointError {
        CheckpointError(.configuration("metadata '\(key)' \(what)"), in: file.location)
    }
}
