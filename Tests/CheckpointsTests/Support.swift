import Memory
import TestSupport
import Testing

@testable import Checkpoints

/// The path of a file in this target's fixtures.
func fixture(_ name: String) -> String {
    Repository.fixture("CheckpointsTests", name)
}

/// Reads every byte of every tensor, so that a wrong range is found.
func touchAll(_ source: some TensorSource) -> UInt64 {
    var sum: UInt64 = 0
    for name in source.names {
        guard let tensor = source.tensor(name) else { continue }
        defer { extendLifetime(tensor.file) }
        for index in 0..<tensor.byteCount {
            sum &+= UInt64(unsafe tensor.bytes[index])
        }
    }
    return sum
}
