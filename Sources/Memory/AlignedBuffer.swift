import Glibc

/// Zeroed memory of a fixed size, aligned to at least 64 bytes. It is freed with the object.
///
/// With `mappingBytesMin` bytes or more it is an anonymous mapping. The kernel supplies its pages
/// when they are first touched, and it may use huge pages of 2 MiB (it is then aligned to them).
/// The buffer does not guard its contents: its owner decides which thread writes where.
@safe package final class AlignedBuffer: Sendable {
    /// The alignment that every buffer has: a cache line, and an AVX-512 register.
    package static let alignment = 64

    /// Buffers of at least this size are mapped; smaller ones come from the heap.
    package static let mappingBytesMin = 1 << 20

    /// The size of a huge page.
    package static let hugePageBytes = 2 << 20

    /// Usable bytes.
    package let count: Int

    /// The whole mapping, including the slack for alignment; nil if the memory is not mapped.
    private nonisolated(unsafe) let mapping: UnsafeMutableRawBufferPointer?

    // SAFETY: owned by this object until deinit; writers are ordered by the buffer's owner.
    private nonisolated(unsafe) let base: UnsafeMutableRawPointer?

    /// Allocates `count` zeroed bytes. `hugePages` asks the kernel for transparent huge pages; if
    /// it has none, ordinary pages are used. Throws if there is not enough memory.
    package init(count: Int, hugePages: Bool = false) throws(MemoryError) {
        precondition(count >= 0, "a buffer of \(count) bytes")
        self.count = count
        guard count >= AlignedBuffer.mappingBytesMin else {
            unsafe mapping = nil
            guard count > 0 else {
                unsafe base = nil
                return
            }
            // aligned_alloc requires a multiple of the alignment.
            let size = (count + AlignedBuffer.alignment - 1) & ~(AlignedBuffer.alignment - 1)
            guard let memory = unsafe aligned_alloc(AlignedBuffer.alignment, size) else {
                throw MemoryError("no memory for \(ByteSize(count))", code: errno)
            }
            unsafe memset(memory, 0, size)
            unsafe base = memory
            return
        }
        let alignment = hugePages ? AlignedBuffer.hugePageBytes : 0
        let (size, overflow) = count.addingReportingOverflow(alignment)
        guard !overflow else { throw MemoryError("no memory for \(ByteSize(count))") }
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard unsafe memory != MAP_FAILED, let memory = unsafe memory else {
            throw MemoryError("no memory for \(ByteSize(count))", code: errno)
        }
        unsafe mapping = UnsafeMutableRawBufferPointer(start: memory, count: size)
        guard hugePages else {
            unsafe base = memory
            return
        }
        let aligned = unsafe memory.alignedUp(toMultipleOf: AlignedBuffer.hugePageBytes)
        unsafe madvise(aligned, count, MADV_HUGEPAGE)
        unsafe base = aligned
    }

    deinit {
        if let mapping = unsafe mapping {
            unsafe munmap(mapping.baseAddress, mapping.count)
        } else {
            unsafe free(base)
        }
    }

    /// The whole buffer. Valid only while this object lives; the caller must ensure that it does.
    @unsafe package var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: base, count: count)
    }

    /// The bytes from `offset` as `count` values of `type`; both ends and the alignment of `offset`
    /// are checked. Valid only while this object lives.
    @unsafe package func values<Value: BitwiseCopyable>(
        of type: Value.Type, at offset: Int = 0, count: Int
    ) -> UnsafeMutableBufferPointer<Value> {
        precondition(offset >= 0 && offset <= self.count && count >= 0, "outside the buffer")
        precondition(offset % MemoryLayout<Value>.alignment == 0, "offset \(offset) is misaligned")
        precondition(
            count <= (self.count - offset) / MemoryLayout<Value>.stride,
            "\(count) values from \(offset) do not fit \(self.count) bytes")
        let region = unsafe UnsafeMutableRawBufferPointer(
            start: base.map { unsafe $0 + offset },
            count: count * MemoryLayout<Value>.stride)
        return unsafe region.bindMemory(to: type)
    }
}
