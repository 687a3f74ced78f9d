import Glibc

/// A file's bytes, mapped read-only; or bytes in memory under a file's name (for tests, for
/// fuzzing, and for files from other sources). Immutable, so any thread may read it.
///
/// The size is read once, when the file is opened, and every reader checks against it. If another
/// process truncates the file later, an access raises SIGBUS. So replace checkpoints by rename,
/// which leaves mappings intact, and never write into them.
@safe package final class MappedFile: Sendable {
    /// How the pages will be used, for the kernel's read-ahead.
    package enum Advice: Sendable {
        case normal
        case random
        /// Read ahead aggressively.
        case sequential
        /// Start reading the range in now.
        case willNeed
        /// The range is not needed soon; its pages may be dropped.
        case dontNeed
    }

    /// The path it was opened by, or the name it was given.
    package let path: String

    /// Bytes in the file when it was opened.
    package let count: Int

    /// Whether `base` is a mapping (else it is heap memory of exactly `count` bytes).
    private let isMapping: Bool

    // SAFETY: read-only memory that this object owns until deinit, freed nowhere else.
    private nonisolated(unsafe) let base: UnsafeRawPointer?

    /// Maps the regular file at `path`. Fails with the reason if it cannot be opened, is not a
    /// regular file, or cannot be mapped.
    package init(path: String) throws(MemoryError) {
        // O_NONBLOCK: opening a pipe by mistake must fail below, not wait for a writer.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw MemoryError("cannot open \(path)", code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw MemoryError("cannot read the size of \(path)", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw MemoryError("\(path) is not a regular file")
        }
        let size = Int(status.st_size)
        self.path = path
        count = size
        isMapping = size > 0
        guard size > 0 else {
            unsafe base = nil
            return
        }
        let mapping = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard unsafe mapping != MAP_FAILED, let mapping = unsafe mapping else {
            throw MemoryError("cannot map \(path) (\(ByteSize(size)))", code: errno)
        }
        unsafe base = UnsafeRawPointer(mapping)
    }

    /// Holds a copy of `bytes` as if it were the file `name`. The allocation is exactly as long as
    /// the bytes, so that an address sanitizer finds a read past its end.
    package init(bytes: [UInt8], name: String) {
        path = name
        count = bytes.count
        isMapping = false
        guard !bytes.isEmpty else {
            unsafe base = nil
            return
        }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        unsafe copy.copyBytes(from: bytes)
        unsafe base = UnsafeRawPointer(copy.baseAddress)
    }

    deinit {
        guard let base = unsafe base else { return }
        if isMapping {
            unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
        } else {
            unsafe base.deallocate()
        }
    }

    /// The whole file. Valid only while this object lives; the caller must ensure that it does.
    @unsafe package var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base, count: count)
    }

    /// Calls `body` with the whole file.
    package func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // SAFETY: the span does not escape the closure, and self lives until it returns.
        defer { extendLifetime(self) }
        return try unsafe body(RawSpan(_unsafeBytes: bytes))
    }

    /// Tells the kernel how `range` (the whole file if nil) will be used. It is only a hint: the
    /// range is clamped to the file, and failure is ignored.
    package func advise(_ advice: Advice, _ range: Range<Int>? = nil) {
        guard isMapping, let base = unsafe base else { return }
        let range = (range ?? 0..<count).clamped(to: 0..<count)
        guard !range.isEmpty else { return }
        let start = range.lowerBound & ~(pageBytes - 1)
        let code =
            switch advice {
            case .normal: MADV_NORMAL
            case .random: MADV_RANDOM
            case .sequential: MADV_SEQUENTIAL
            case .willNeed: MADV_WILLNEED
            case .dontNeed: MADV_DONTNEED
            }
        // SAFETY: the range lies in the mapping; the advice changes no contents of a file mapping.
        let address = unsafe UnsafeMutableRawPointer(mutating: base + start)
        _ = unsafe madvise(address, range.upperBound - start, code)
    }
}

/// The size of a page of memory, a power of two.
let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))
