import CKernels
import TestSupport
import Testing

@Suite("Rotation") struct RotateTests {
    private func rotated(
        _ x: [Float], block: Int, factor: Float, by row: KernelRow, inPlace: Bool
    ) -> [UInt32] {
        let source = Guarded(x)
        let target = inPlace ? source : Guarded<Float>(repeating: 77, count: x.count)
        unsafe row.kernels.rotate(source.constant, x.count, block, factor, target.pointer)
        return bits(target.values)
    }

    @Test("every row gives the scalar row's bits, in place or not", arguments: kernelRows())
    func rowsAgree(row: KernelRow) throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 5)
        for block in [16, 32, 64, 128] {
            for blocks in [1, 3] {
                let x = random.floats(block * blocks, edges: true)
                let wanted = rotated(x, block: block, factor: 0.125, by: scalar, inPlace: false)
                for inPlace in [false, true] {
                    #expect(
                        rotated(x, block: block, factor: 0.125, by: row, inPlace: inPlace)
                            == wanted)
                }
            }
        }
    }

    @Test("a rotation is its own inverse, and keeps lengths") func inverse() throws {
        let row = try #require(kernelRows().last)
        var random = SplitMix(seed: 6)
        let x = random.floats(128)
        let factor = 1 / Float(128).squareRoot()
        let once = rotated(x, block: 128, factor: factor, by: row, inPlace: false)
            .map { Float(bitPattern: $0) }
        let twice = rotated(once, block: 128, factor: factor, by: row, inPlace: false)
            .map { Float(bitPattern: $0) }
        for (a, b) in zip(x, twice) { #expect(abs(a - b) < 1e-5) }
        let squares = (x.reduce(0) { $0 + $1 * $1 }, once.reduce(0) { $0 + $1 * $1 })
        #expect(abs(squares.0 - squares.1) < 1e-3 * squares.0)
    }
}
