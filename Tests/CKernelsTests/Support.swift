import CEmulatedKernels
import CKernels
import Glibc
import TestSupport
import Testing

/// A row of the dispatch table that this CPU can run.
@safe struct KernelRow: @unchecked Sendable, CustomTestStringConvertible {
    // Sendable, because the table is constant for the life of the process.
    private let row: UnsafePointer<sw_kernels>
    let name: String

    var kernels: sw_kernels { unsafe row.pointee }
    var testDescription: String { name }

    init(_ row: UnsafePointer<sw_kernels>) {
        unsafe self.row = unsafe row
        name = unsafe String(cString: row.pointee.name)
    }
}

/// Every supported row, the scalar one first.
func kernelRows() -> [KernelRow] {
    var count = 0
    guard let table = unsafe sw_kernels_table(&count) else { return [] }
    return (0..<count).compactMap { index in
        let row = unsafe table + index
        guard unsafe row.pointee.supported() else { return nil }
        return unsafe KernelRow(row)
    }
}

/// The rows that differ in their INT8 product: those that this CPU can run, and the one whose
/// instruction is written out.
func integerRows() -> [KernelRow] {
    guard let emulated = unsafe sw_emulated_avxvnni() else { return kernelRows() }
    return unsafe kernelRows() + [KernelRow(emulated)]
}

extension SplitMix {
    /// `count` numbers of normal size; `edges` mixes in signed zeros, subnormals, huge numbers,
    /// and, if `nonFinite`, infinities and NaN.
    mutating func floats(_ count: Int, edges: Bool = false, nonFinite: Bool = false) -> [Float] {
        (0..<count).map { _ in
            let value = Float.random(in: -3...3, using: &self)
            guard edges, UInt8.random(in: 0..<8, using: &self) == 0 else { return value }
            let special: [Float] = [
                0, -0.0, 0x1p-133, -.leastNonzeroMagnitude, .leastNormalMagnitude, 1e30, -2e38,
                .greatestFiniteMagnitude, 88.8, -87.4, -103.9, 0.5, 1.5, -2.5,
            ]
            let broken: [Float] = [.nan, .infinity, -.infinity]
            let choice = nonFinite ? special + broken : special
            return choice[Int.random(in: 0..<choice.count, using: &self)]
        }
    }
}

/// A float's bits; all NaNs count as equal. The rows must agree on everything else.
func bits(_ x: Float) -> UInt32 { x.isNaN ? 0x7fc0_0000 : x.bitPattern }

/// The bits of all.
func bits(_ x: [Float]) -> [UInt32] { x.map { bits($0) } }

/// Numbers in memory that ends at an inaccessible page, so that a kernel which reads or writes one
/// element too many stops the test. Under a sanitizer they lie on the heap, in an allocation of
/// exactly their size, so that it sees both ends.
@safe final class Guarded<Element: BitwiseCopyable> {
    let pointer: UnsafeMutablePointer<Element>
    let count: Int
    /// Nil for heap memory.
    private let mapping: UnsafeMutableRawPointer?
    private let mapped: Int

    /// The elements as they are now.
    var values: [Element] { unsafe Array(UnsafeBufferPointer(start: pointer, count: count)) }
    /// For a kernel's inputs.
    var constant: UnsafePointer<Element> { unsafe UnsafePointer(pointer) }

    init(_ values: [Element]) {
        count = values.count
        let size = values.count * MemoryLayout<Element>.stride
        if unsafe getenv("SYDEV_HEAP") != nil {
            guard let memory = unsafe malloc(size) else {
                fatalError("no memory for \(size) bytes")
            }
            unsafe mapping = nil
            mapped = 0
            unsafe pointer = memory.bindMemory(to: Element.self, capacity: values.count)
        } else {
            let page = 4096
            mapped = (size + page - 1) / page * page + page
            let flags = MAP_PRIVATE | MAP_ANONYMOUS
            guard let mapping = unsafe mmap(nil, mapped, PROT_READ | PROT_WRITE, flags, -1, 0),
                unsafe mapping != MAP_FAILED
            else { fatalError("no memory for a test's \(size) bytes") }
            unsafe self.mapping = unsafe mapping
            let end = unsafe mapping + (mapped - page)
            precondition(unsafe mprotect(end, page, PROT_NONE) == 0)
            unsafe pointer = (end - size).bindMemory(to: Element.self, capacity: values.count)
        }
        unsafe values.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress else { return }
            unsafe pointer.update(from: from, count: values.count)
        }
    }

    convenience init(repeating value: Element, count: Int) {
        self.init([Element](repeating: value, count: count))
    }

    deinit {
        if let mapping = unsafe mapping {
            unsafe munmap(mapping, mapped)
        } else {
            unsafe free(pointer)
        }
    }
}

/// Pointers to several arrays, as C wants them.
@safe final class GuardedList<Element: BitwiseCopyable> {
    let arrays: [Guarded<Element>]
    let pointers: Guarded<UnsafePointer<Element>?>

    init(_ arrays: [Guarded<Element>]) {
        self.arrays = arrays
        unsafe pointers = unsafe Guarded(arrays.map { unsafe $0.constant })
    }
}

/// The distance of the two in units in the last place of `exact`.
func unitsBetween(_ found: Double, _ exact: Double) -> Double {
    if found.bitPattern == exact.bitPattern || (found.isNaN && exact.isNaN) { return 0 }
    guard found.isFinite, exact.isFinite else { return .infinity }
    return abs(found - exact) / exact.ulp
}
