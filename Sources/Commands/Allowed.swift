import ArgumentParser
import Devices
import Logs
import Memory

/// What a flag may be: its reader, and in words, which stand in its help and in the refusal of
/// another value, beside the flag's name and the value.
struct Allowed<Value: Sendable>: Sendable {
    let words: String
    /// Nil for a text that is refused.
    let read: @Sendable (String) -> Value?
    /// What else is to be said of a text that is refused; nil if nothing is.
    var remark: @Sendable (String) -> String? = { _ in nil }
    /// Texts are free: their words help only who has failed, and what begins with a dash is not
    /// one but the next flag.
    var isFree = false

    fileprivate var parsing: SingleValueParsingStrategy { isFree ? .next : .unconditional }

    /// The value, or an error that says what is allowed.
    @Sendable func value(_ text: String) throws -> Value {
        guard let value = read(text) else {
            throw CommandError((remark(text).map { $0 + "; " } ?? "") + "give " + words)
        }
        return value
    }

    /// Help that says what is allowed and the default.
    func help(_ text: String, default value: Value? = nil) -> ArgumentHelp {
        let notes = [isFree ? nil : words, value.map { "default: \($0)" }].compactMap { $0 }
        return ArgumentHelp(notes.isEmpty ? text : "\(text) (\(notes.joined(separator: "; ")))")
    }
}

extension Option where Value: Sendable {
    /// A flag that may be left out.
    init(wrappedValue: Value, _ text: String, _ allowed: Allowed<Value>) {
        self.init(
            wrappedValue: wrappedValue, parsing: allowed.parsing,
            help: allowed.help(text, default: wrappedValue), transform: allowed.value)
    }

    /// A flag that must be given.
    init(_ text: String, _ allowed: Allowed<Value>) {
        self.init(
            parsing: allowed.parsing, help: allowed.help(text), transform: allowed.value)
    }

    /// A flag without a default.
    init<Wrapped>(_ text: String, _ allowed: Allowed<Wrapped>) where Value == Wrapped? {
        self.init(
            parsing: allowed.parsing, help: allowed.help(text), transform: allowed.value)
    }
}

extension Allowed where Value: LosslessStringConvertible & Comparable {
    /// A number; never NaN, which no range contains.
    static func number(_ range: ClosedRange<Value>) -> Allowed {
        Allowed(words: "\(range.lowerBound) to \(range.upperBound)") { text in
            Value(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of a few.
    static func choice(_ values: Value...) -> Allowed {
        Allowed(words: values.map { "\($0)" }.joined(separator: ", ")) { text in
            Value(text).flatMap { values.contains($0) ? $0 : nil }
        }
    }
}

extension Allowed<Float> {
    static let share = Allowed(words: "above 0 and up to 1") { text in
        Float(text).flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
    }
}

extension Allowed<String> {
    private static var pathBytesMax: Int { 4095 }

    /// A file or folder.
    static let path = Allowed(
        words: "a path of 1 to \(pathBytesMax) bytes",
        read: { (1...pathBytesMax).contains($0.utf8.count) ? $0 : nil }, isFree: true)

    /// A text of one line.
    static func text(bytesMax: Int) -> Allowed {
        Allowed(
            words: "1 to \(bytesMax) bytes without control characters",
            read: { text in
                let isPlain = !text.unicodeScalars.contains(where: LogText.isHidden)
                return isPlain && (1...bytesMax).contains(text.utf8.count) ? text : nil
            }, isFree: true)
    }

    /// An instruction set of this CPU.
    static let isa = isa(
        Devices.instructionSets, lacking: Devices.otherInstructionSets)

    /// One of the instruction sets that a CPU has, and not of those that it lacks.
    static func isa(_ supported: [String], lacking unsupported: [String]) -> Allowed {
        Allowed(
            words: supported.joined(separator: ", "),
            read: { supported.contains($0) ? $0 : nil },
            remark: { unsupported.contains($0) ? "this CPU does not have it" : nil })
    }
}

extension Allowed<Int> {
    /// A number of bytes: `1048576`, `64MiB`, `2G`.
    static func bytes(_ range: ClosedRange<Int>) -> Allowed {
        Allowed(
            words: "\(ByteSize(range.lowerBound)) to \(ByteSize(range.upperBound)), as bytes or "
                + "like 64MiB"
        ) { text in
            ByteSize(text).flatMap { range.contains($0.count) ? $0.count : nil }
        }
    }
}
