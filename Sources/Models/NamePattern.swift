import CPCRE2
import Checkpoints

/// A regular expression for names of modules. It matches at their start, as Python's `re.match`
/// does. Matching is bounded: a pattern that backtracks without end fails.
@safe final class NamePattern: @unchecked Sendable {
    // A compiled `pcre2_code` is not written any more, so threads may share it (pcre2api,
    // "Multithreading").
    private let code: OpaquePointer
    private let source: String

    /// The most bytes of a pattern.
    static let bytesMax = 1 << 12
    private static let matchLimit: UInt32 = 1 << 20
    private static let heapLimitKiB: UInt32 = 16 << 10

    /// Compiles `source`, which is from `file`.
    init(_ source: String, in file: String) throws(CheckpointError) {
        guard source.utf8.count <= Self.bytesMax else {
            throw CheckpointError(
                .configuration(
                    "a pattern of \(source.utf8.count) bytes in 'quantization_config'; at most "
                        + "\(Self.bytesMax)"), in: file)
        }
        var error: CInt = 0
        var offset = 0
        let context = unsafe pcre2_compile_context_create_8(nil)
        defer { unsafe pcre2_compile_context_free_8(context) }
        _ = unsafe pcre2_set_parens_nest_limit_8(context, 100)
        var copy = source
        // SAFETY: PCRE2 copies what it needs of the pattern before it returns.
        let compiled = copy.withUTF8 { bytes in
            unsafe pcre2_compile_8(
                bytes.baseAddress, bytes.count,
                UInt32(PCRE2_ANCHORED) | UInt32(PCRE2_UTF) | UInt32(PCRE2_NEVER_BACKSLASH_C),
                &error, &offset, context)
        }
        guard let compiled = unsafe compiled else {
            throw CheckpointError(
                .configuration(
                    "'quantization_config' holds the pattern '\(source)', which is wrong at byte "
                        + "\(offset)"), in: file)
        }
        unsafe code = compiled
        self.source = source
    }

    deinit { unsafe pcre2_code_free_8(code) }

    /// Whether the pattern matches at the start of `name`.
    func matches(_ name: String, in file: String) throws(CheckpointError) -> Bool {
        let data = unsafe pcre2_match_data_create_8(1, nil)
        let context = unsafe pcre2_match_context_create_8(nil)
        defer {
            unsafe pcre2_match_data_free_8(data)
            unsafe pcre2_match_context_free_8(context)
        }
        _ = unsafe pcre2_set_match_limit_8(context, Self.matchLimit)
        _ = unsafe pcre2_set_heap_limit_8(context, Self.heapLimitKiB)
        var copy = name
        // SAFETY: the text lives for the call, and nothing of the match is kept.
        let status = copy.withUTF8 { bytes in
            unsafe pcre2_match_8(code, bytes.baseAddress, bytes.count, 0, 0, data, context)
        }
        guard status >= 0 || status == PCRE2_ERROR_NOMATCH else {
            throw CheckpointError(
                .configuration(
                    "the pattern '\(source)' in 'quantization_config' takes too long on '\(name)'"),
                in: file)
        }
        return status >= 0
    }
}

/// A list of modules as compressed-tensors writes it. An entry is a name, `re:` and a regular
/// expression, or the class of all projections.
struct ModuleList: Sendable {
    private var names: Set<String> = []
    private var patterns: [NamePattern] = []
    /// Whether the list names the class of all projections.
    private(set) var holdsAllProjections = false

    /// The most patterns of a list; checkpoints have far fewer.
    private static let patternsMax = 1 << 10

    /// An empty list.
    init() {}

    init(_ entries: [String], in file: String) throws(CheckpointError) {
        for entry in entries {
            if entry.hasPrefix("re:") {
                patterns.append(try NamePattern(String(entry.dropFirst(3)), in: file))
            } else if entry == "Linear" {
                holdsAllProjections = true
            } else {
                names.insert(entry)
            }
        }
        guard patterns.count <= Self.patternsMax else {
            throw CheckpointError(
                .configuration(
                    "'quantization_config' holds \(patterns.count) patterns; at most "
                        + "\(Self.patternsMax)"), in: file)
        }
    }

    /// Whether the list has `module`, by its name or by a pattern.
    func names(_ module: String, in file: String) throws(CheckpointError) -> Bool {
        if names.contains(module) { return true }
        for pattern in patterns where try pattern.matches(module, in: file) { return true }
        return false
    }
}
