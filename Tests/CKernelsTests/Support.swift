import CKernels
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

/// A small counter-based generator: the same numbers on every machine.
struct TestRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// `count` numbers of normal size; `edges` mixes in signed zeros, subnormals, huge numbers,
    /// and, where `nonFinite`, infinities and NaN.
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

/// A float's bits, any NaN counting as one: the rows agree on everything else.
func bits(_ x: Float) -> UInt32 { x.isNaN ? 0x7fc0_0000 : x.bitPattern }

/// The bits of all.
func bits(_ x: [Float]) -> [UInt32] { x.map { bits($0) } }
