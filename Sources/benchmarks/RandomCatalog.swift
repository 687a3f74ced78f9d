import Checkpoints
import Models

/// A checkpoint of random weights that takes no memory: each row is generated when it is read,
/// always with the same numbers.
///
/// Numbers are uniform, with a variance of about one over the matrix's columns, so that activations
/// keep their size. They have eight bits, so that bf16 holds them exactly. Norms are ones. It has
/// every weight that a model requires, and no optional ones.
struct RandomCatalog: WeightCatalog {
    let location: String
    private let seed: UInt64

    init(location: String, seed: UInt64) {
        self.location = location
        self.seed = seed
    }

    var byteCount: Int { 0 }
    var stored: [StoredTensor] { [] }

    func contains(_ name: String) -> Bool { false }

    func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> MatrixSource {
        matrix(name, first: 0, rows: rows, columns: columns)
    }

    func matrix(
        _ index: Int, of count: Int, in name: String, rows: Int, columns: Int, isTransposed: Bool
    ) throws(CheckpointError) -> MatrixSource {
        matrix(name, first: index * rows, rows: rows, columns: columns)
    }

    func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        [Float](repeating: name.hasSuffix("bias") ? 0 : 1, count: count)
    }

    private func matrix(_ name: String, first: Int, rows: Int, columns: Int) -> MatrixSource {
        let start = name.utf8.reduce(seed) { mixed($0 ^ UInt64($1)) }
        // Odd numbers of a signed byte, divided by 128, have a variance of a third.
        let scale = (3 / Float(columns)).squareRoot()
        let step = Float(sign: .plus, exponent: scale.exponent, significand: 1) / 128
        return unsafe MatrixSource(
            name: name, rows: rows, columns: columns, isBrainFloat: true
        ) { range, target throws(CheckpointError) in
            for (index, row) in range.enumerated() {
                var state = mixed(start ^ UInt64(first + row))
                var bytes: UInt64 = 0
                for column in 0..<columns {
                    if column % 8 == 0 {
                        state &+= 0x9E37_79B9_7F4A_7C15
                        bytes = mixed(state)
                    }
                    let number = Float(Int8(truncatingIfNeeded: bytes) | 1)
                    unsafe target[index * columns + column] = number * step
                    bytes >>= 8
                }
            }
        }
    }
}

/// SplitMix64's mixing step (Steele, Lea, Flood, "Fast splittable pseudorandom number generators").
private func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}
