package import Checkpoints
package import JSON

/// Reads `config.json`. Errors name the key, the value found and the value expected.
package struct ConfigurationReader: Sendable {
    private let json: JSONObject
    private let file: String
    private let path: String

    package init(_ json: JSONObject, file: String, path: String = "") {
        self.json = json
        self.file = file
        self.path = path
    }

    /// No published model has a larger dimension; products of two stay far from overflow.
    package static let dimensionMax = 1 << 24

    package var modelType: String { json["model_type"]?.stringValue ?? "" }

    package func error(_ message: String) -> CheckpointError {
        CheckpointError(.configuration(message), in: file)
    }

    package var keys: [String] { json.keys }
    package var isEmpty: Bool { json.isEmpty }

    /// A key's full path, with the objects it lies in, for error messages.
    package func name(_ key: String) -> String { path + key }

    /// Whether a key is present with the value null. Some keys mean something else by null than by
    /// absence.
    package func isNull(_ key: String) -> Bool { json[key]?.isNull ?? false }

    /// The first key whose value is an object.
    package var nestedKey: String? { json.first { $1.objectValue != nil }?.0 }

    /// The value of a key; null counts as absent.
    package func value(_ key: String) -> JSONValue? {
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }

    /// A size of something: 1 up to `dimensionMax`.
    package func dimension(_ key: String) throws(CheckpointError) -> Int {
        guard let result = try optionalDimension(key) else { throw missing(key) }
        return result
    }

    package func optionalDimension(_ key: String) throws(CheckpointError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let result = value.integerValue, (1...Self.dimensionMax).contains(result) else {
            throw unexpected(key, value, "a whole number from 1 to \(Self.dimensionMax)")
        }
        return result
    }

    /// A size under any of several spellings of its key. If more than one is present they must
    /// agree.
    package func agreedDimension(_ keys: [String]) throws(CheckpointError) -> Int? {
        var found: (key: String, size: Int)?
        for key in keys {
            guard let size = try optionalDimension(key) else { continue }
            if let found, found.size != size {
                throw error(
                    "'\(path)\(found.key)' is \(found.size) and '\(path)\(key)' is \(size); "
                        + "say it once")
            }
            found = found ?? (key, size)
        }
        return found?.size
    }

    package func integer(_ key: String, default fallback: Int) throws(CheckpointError) -> Int {
        guard let value = value(key) else { return fallback }
        guard let result = value.integerValue, (0...Self.dimensionMax).contains(result) else {
            throw unexpected(key, value, "a whole number from 0 to \(Self.dimensionMax)")
        }
        return result
    }

    package func number(_ key: String, default fallback: Double? = nil) throws(CheckpointError)
        -> Double
    {
        guard let value = value(key) else {
            guard let fallback else { throw missing(key) }
            return fallback
        }
        // Models compute in float32, in which a larger number would be infinite.
        guard let result = value.doubleValue, Float(result).isFinite else {
            throw unexpected(key, value, "a number that float32 holds")
        }
        return result
    }

    package func optionalNumber(_ key: String) throws(CheckpointError) -> Double? {
        value(key) == nil ? nil : try number(key)
    }

    /// A number that is above 0, also after rounding to float32.
    package func positive(_ key: String, default fallback: Double? = nil) throws(CheckpointError)
        -> Double
    {
        let result = try number(key, default: fallback)
        guard Float(result) > 0 else { throw unexpected(key, .double(result), "more than 0") }
        return result
    }

    package func optionalPositive(_ key: String) throws(CheckpointError) -> Double? {
        value(key) == nil ? nil : try positive(key)
    }

    package func flag(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
        guard let value = value(key) else { return fallback }
        guard let result = value.boolValue else { throw unexpected(key, value, "true or false") }
        return result
    }

    package func string(_ key: String, default fallback: String) throws(CheckpointError) -> String {
        guard let value = value(key) else { return fallback }
        guard let result = value.stringValue else { throw unexpected(key, value, "a string") }
        return result
    }

    package func optionalString(_ key: String) throws(CheckpointError) -> String? {
        value(key) == nil ? nil : try string(key, default: "")
    }

    package func integers(_ key: String) throws(CheckpointError) -> [Int] {
        guard let value = value(key) else { return [] }
        guard let list = value.arrayValue else { throw unexpected(key, value, "a list") }
        let result = list.compactMap(\.integerValue)
        guard result.count == list.count else {
            throw unexpected(key, value, "a list of whole numbers")
        }
        return result
    }

    package func strings(_ key: String) throws(CheckpointError) -> [String] {
        guard let value = value(key) else { return [] }
        guard let list = value.arrayValue else { throw unexpected(key, value, "a list") }
        let result = list.compactMap(\.stringValue)
        guard result.count == list.count else { throw unexpected(key, value, "a list of strings") }
        return result
    }

    /// A nested object; nil if there is none.
    package func object(_ key: String) throws(CheckpointError) -> ConfigurationReader? {
        guard let value = value(key) else { return nil }
        guard let object = value.objectValue else { throw unexpected(key, value, "an object") }
        return nested(key, object)
    }

    /// A reader of `object`, whose errors name it as if it lay under `key`.
    package func nested(_ key: String, _ object: JSONObject) -> ConfigurationReader {
        ConfigurationReader(object, file: file, path: path + key + ".")
    }

    /// The first key whose values differ in the two objects. Null counts as absent.
    package func disagreement(with other: ConfigurationReader, except ignored: Set<String>)
        -> String?
    {
        (keys + other.keys).first { key in
            guard !ignored.contains(key) else { return false }
            let (mine, theirs) = (value(key), other.value(key))
            if let mine = mine?.doubleValue, let theirs = theirs?.doubleValue {
                return mine != theirs
            }
            return mine != theirs
        }
    }

    /// Throws unless a key is absent or one of the given strings.
    package func require(_ key: String, oneOf allowed: [String]) throws(CheckpointError) {
        guard let value = value(key) else { return }
        guard let text = value.stringValue, allowed.contains(text) else {
            throw unexpected(key, value, "one of " + allowed.joined(separator: ", "))
        }
    }

    package func missing(_ key: String) -> CheckpointError {
        error("'\(path)\(key)' is missing")
    }

    package func unexpected(_ key: String, _ value: JSONValue, _ expected: String)
        -> CheckpointError
    {
        error("'\(path)\(key)' is \(JSONWriter.string(value).prefix(80)), expected \(expected)")
    }
}
