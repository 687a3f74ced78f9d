import CKernels
import Checkpoints
import Compute
import Testing

@testable import ComputeCPU

@Suite("Rotary angles") struct RotaryTests {
    private static let frequencies = RotaryFrequencies(
        inverse: (0..<24).map { 1 / Float(1 << ($0 / 2)) * (1 + Float($0 % 2) / 3) },
        amplitude: 1.25)

    /// The cosines and sines of a row.
    private func angles(_ rows: RotaryRows, _ row: Int, _ position: Int32) -> [UInt32] {
        var result: [UInt32] = []
        unsafe rows.withAngles(ofRow: row, at: position) { cosines, sines in
            for pair in 0..<rows.pairs {
                unsafe result += [cosines[pair].bitPattern, sines[pair].bitPattern]
            }
        }
        return result
    }

    /// The angle is rounded to float32; its cosine and sine are computed in double precision.
    private func expected(_ position: Int32) -> [UInt32] {
        Self.frequencies.inverse.flatMap { inverse in
            let angle = Double(Float(position) * inverse)
            return [
                (Float(sw_cos(angle)) * Self.frequencies.amplitude).bitPattern,
                (Float(sw_sin(angle)) * Self.frequencies.amplitude).bitPattern,
            ]
        }
    }

    @Test("a row has its position's angles, whatever it had before") func anyOrder() throws {
        let rows = try RotaryRows(Self.frequencies, rowsMax: 3)
        for position: Int32 in [0, 0, 1, 7, 7, 8, 511, 3, 1 << 24 - 1, 0, 70_001] {
            for row in 0..<3 {
                let own = position + Int32(row % 2)
                #expect(angles(rows, row, own) == expected(own), "position \(own), row \(row)")
            }
        }
    }

    @Test("their memory is that of a step's rows, and counts as workspace") func memory() throws {
        let backend = try CPUBackend(threads: 1, isa: nil, pinned: false, rowsMax: 512)
        defer { backend.stop() }
        let before = backend.workspaceBytes
        _ = try backend.install(Self.frequencies, positions: 1 << 24, location: "test")
        #expect(backend.workspaceBytes - before == backend.rotaryBytes)
        #expect(backend.rotaryBytes == 512 * (24 * 2 * 4 + 4))
    }
}
