import CPCRE2
import JSON

/// A compiled regular expression over UTF-8 text. Matching is bounded: a pattern that backtracks
/// without end is refused when it is compiled, or stops matching on a text that causes it.
@safe final class Pattern: @unchecked Sendable {
    // A `pcre2_code` is not written after it was compiled and JIT-translated, so threads may share
    // it (pcre2api, "Multithreading"). Each thread uses its own `MatchState`.
    private let code: OpaquePointer
    private let isTranslated: Bool

    /// The most bytes of a pattern.
    static let bytesMax = 1 << 16

    /// Compiles a pattern written for Oniguruma, as those of `tokenizer.json` files are.
    convenience init(oniguruma source: String, in part: String) throws(TokenizationError) {
        guard source.utf8.count <= Self.bytesMax else {
            throw TokenizationError(
                "a pattern of \(source.utf8.count) bytes; at most \(Self.bytesMax)", in: part)
        }
        try self.init(pcre: try PatternTranslator.translate(source, in: part), in: part)
    }

    /// Compiles a pattern that matches `text` itself.
    convenience init(literal text: String, in part: String) throws(TokenizationError) {
        guard !text.isEmpty else { throw TokenizationError("an empty pattern", in: part) }
        try JSONValue.checkLength(text, "pattern", part)
        var quoted = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9" ~= scalar) {
                quoted += "\\x{\(String(scalar.value, radix: 16))}"
            } else {
                quoted.unicodeScalars.append(scalar)
            }
        }
        try self.init(pcre: quoted, in: part)
    }

    /// Compiles a pattern in PCRE2's own syntax.
    init(pcre source: String, in part: String) throws(TokenizationError) {
        var source = source
        var error: CInt = 0
        var offset = 0
        // Only LF ends a line, as in Oniguruma.
        let context = unsafe pcre2_compile_context_create_8(nil)
        defer { unsafe pcre2_compile_context_free_8(context) }
        _ = unsafe pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
        _ = unsafe pcre2_set_parens_nest_limit_8(context, 100)
        // SAFETY: PCRE2 copies what it needs of the pattern before it returns.
        let compiled = source.withUTF8 { bytes in
            unsafe pcre2_compile_8(
                bytes.baseAddress, bytes.count,
                UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP) | UInt32(PCRE2_MULTILINE)
                    | UInt32(PCRE2_NEVER_BACKSLASH_C),
                &error, &offset, context)
        }
        guard let compiled = unsafe compiled else {
            throw TokenizationError(
                "the pattern does not compile: \(Self.message(error)), at byte \(offset) of its"
                    + " PCRE2 form \(source)", in: part)
        }
        unsafe code = compiled
        isTranslated = unsafe pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE)) == 0
        try probe(in: part)
    }

    deinit { unsafe pcre2_code_free_8(code) }

    private static func message(_ error: CInt) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        // SAFETY: the buffer's own size is passed along.
        let length = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            unsafe pcre2_get_error_message_8(error, buffer.baseAddress, buffer.count)
        }
        guard length > 0 else { return "error \(error)" }
        return String(decoding: buffer.prefix(Int(length)), as: UTF8.self)
    }

    /// Tries the pattern on texts on which the usual catastrophic patterns backtrack.
    private func probe(in part: String) throws(TokenizationError) {
        let state = MatchState(matchLimit: 1 << 20)
        // PCRE2 does not try a pattern that needs a certain character on a text without it, so this
        // text has many characters.
        let ascii = String(
            String.UnicodeScalarView((0x21...0x7E).reversed().map { Unicode.Scalar($0) }))
        for unit in ["a", "A", " ", "1", "\n", ".", "é", "a ", "ab1"] {
            for tail in ["", "!", "x", "\u{0}", " ", ascii] {
                var text = Array((String(repeating: unit, count: 48) + tail).utf8)
                text.append(contentsOf: [UInt8](repeating: 0, count: 8))
                let count = text.count - 8
                // SAFETY: the text lives for the call, and `count` is inside it.
                let ended = unsafe text.withUnsafeBufferPointer { text in
                    unsafe forEachMatch(in: text, 0..<count, state) { _, _ in }
                }
                guard ended else {
                    throw TokenizationError(
                        "the pattern backtracks without end on \"\(unit)\" repeated", in: part)
                }
            }
        }
    }

    /// Calls `body` with each match's start and end, from left to right, as Oniguruma's search
    /// does: an empty match right after another match is skipped. `range` is searched as a text of
    /// its own; nothing outside is seen. Returns false if PCRE2 reached a limit; the rest then
    /// counts as not matching.
    ///
    /// `text` must be valid UTF-8, and `range` must begin and end between characters.
    func forEachMatch(
        in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ state: MatchState,
        _ body: (Int, Int) -> Void
    ) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= text.count)
        guard let base = text.baseAddress else { return true }
        // SAFETY: `range` is inside `text`, as checked above.
        let subject = unsafe base + range.lowerBound
        let length = range.count
        var from = 0
        var lastEnd = -1
        while from <= length {
            guard let match = unsafe find(subject, length, from, state) else { return true }
            if match.start < 0 { return false }
            if match.start == match.end, match.end == lastEnd {
                from = match.end + 1
                while from < length, unsafe subject[from] & 0xC0 == 0x80 { from += 1 }
                continue
            }
            body(range.lowerBound + match.start, range.lowerBound + match.end)
            from = match.end
            lastEnd = match.end
        }
        return true
    }

    /// The next match at or after `from`; nil if there is none, and a negative start if a limit was
    /// reached.
    private func find(
        _ subject: UnsafePointer<UInt8>, _ length: Int, _ from: Int, _ state: MatchState
    ) -> (start: Int, end: Int)? {
        var status: CInt
        if isTranslated {
            status = unsafe pcre2_jit_match_8(
                code, subject, length, from, 0, state.data, state.context)
            if status == PCRE2_ERROR_JIT_STACKLIMIT {
                status = unsafe interpret(subject, length, from, state)
            }
        } else {
            status = unsafe interpret(subject, length, from, state)
        }
        if status == PCRE2_ERROR_NOMATCH { return nil }
        guard status >= 0 else { return (-1, -1) }
        let start = unsafe Int(state.offsets[0])
        let end = unsafe Int(state.offsets[1])
        // With \K a match can end before it starts, or start where the previous one did.
        guard start >= from, end >= start, end <= length else { return (-1, -1) }
        return (start, end)
    }

    private func interpret(
        _ subject: UnsafePointer<UInt8>, _ length: Int, _ from: Int, _ state: MatchState
    ) -> CInt {
        unsafe pcre2_match_8(
            code, subject, length, from, UInt32(PCRE2_NO_JIT) | UInt32(PCRE2_NO_UTF_CHECK),
            state.data, state.context)
    }
}

/// What a thread needs to match patterns: memory for results, limits, and a stack for translated
/// code.
@safe final class MatchState: @unchecked Sendable {
    // Only one encoding at a time owns a state, in its workspace. So no two threads use it at the
    // same time, though it may move between them.
    fileprivate let data: OpaquePointer?
    fileprivate let context: OpaquePointer?
    fileprivate let offsets: UnsafeMutablePointer<Int>
    private let stack: OpaquePointer?

    /// The most steps of one search: far more than real patterns need, and less than a second.
    static let matchLimit: UInt32 = 1 << 23
    static let depthLimit: UInt32 = 1 << 20
    static let heapLimitKiB: UInt32 = 64 << 10
    static let stackBytesMax = 8 << 20

    init(matchLimit: UInt32 = MatchState.matchLimit) {
        unsafe data = pcre2_match_data_create_8(1, nil)
        unsafe context = pcre2_match_context_create_8(nil)
        unsafe stack = pcre2_jit_stack_create_8(32 << 10, Self.stackBytesMax, nil)
        guard unsafe data != nil, unsafe context != nil else { fatalError("out of memory") }
        unsafe offsets = pcre2_get_ovector_pointer_8(data)
        _ = unsafe pcre2_set_match_limit_8(context, matchLimit)
        _ = unsafe pcre2_set_depth_limit_8(context, Self.depthLimit)
        _ = unsafe pcre2_set_heap_limit_8(context, Self.heapLimitKiB)
        if let stack = unsafe stack {
            unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
        }
    }

    deinit {
        unsafe pcre2_match_data_free_8(data)
        unsafe pcre2_match_context_free_8(context)
        unsafe pcre2_jit_stack_free_8(stack)
    }
}
