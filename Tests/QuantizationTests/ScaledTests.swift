import Checkpoints
import Memory
import TestSupport
import Testing

@testable import Quantization

/// Published block formats. `scaled.safetensors` has some of their tensors, and the floats of rows
/// that cross a block's edge (made by make_fixtures.py).
@Suite struct ScaledTests {
    static let blocks: [(String, ScaleBlock, Range<Int>)] = [
        ("fp8", ScaleBlock(rows: 128, columns: 128), 100..<160),
        ("int8", ScaleBlock(rows: 128, columns: 128), 100..<160),
        ("rows", ScaleBlock(rows: 1, columns: 64), 0..<32),
    ]

    @Test("scaled blocks decode to the reference's bits, ragged edges too", arguments: blocks)
    func scaledBlocks(name: String, block: ScaleBlock, rows: Range<Int>) throws {
        let file = try SafetensorsFile(path: fixture("scaled.safetensors"))
        let weight = try file.require("\(name).weight")
        let scales = try file.require("\(name).scale")
        let expected = try TensorDecoder.floats(file.require("\(name).expected"))
        let part = try TensorDecoder.blockFloats(
            weight, scales: scales, block: block, rows: rows)
        #expect(bits(part) == bits(expected))
        let whole = try TensorDecoder.blockFloats(weight, scales: scales, block: block)
        let columns = weight.shape.columns
        #expect(whole.count == weight.shape.elementCount)
        #expect(
            bits(whole[rows.lowerBound * columns..<rows.upperBound * columns]) == bits(expected))
    }

    @Test func stackedMatricesHaveTheirOwnScales() throws {
        // Two matrices of 3 × 2 in blocks of 2 × 2, hence two rows of scales each.
        let weight = tensor(.i8, [2, 3, 2], [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2])
        let scales = floats([2, 2, 1], [1, 10, 100, 1_000])
        let block = ScaleBlock(rows: 2, columns: 2)
        let decoded = try TensorDecoder.blockFloats(weight, scales: scales, block: block)
        #expect(decoded == [1, 1, 1, 1, 10, 10, 200, 200, 200, 200, 2_000, 2_000])
        let part = try TensorDecoder.blockFloats(
            weight, scales: scales, block: block, rows: 2..<4)
        #expect(part == [10, 10, 200, 200])
    }

    @Test func scalesOfAnotherShapeAreRefused() throws {
        let weight = tensor(.i8, [3, 3], [UInt8](repeating: 1, count: 9))
        for shape in [[2, 1], [1, 2], [4], [2, 2, 1]] as [Shape] {
            let scales = floats(shape, [Float](repeating: 1, count: shape.elementCount))
            let error = #expect(throws: CheckpointError.self) {
                try TensorDecoder.blockFloats(
                    weight, scales: scales, block: ScaleBlock(rows: 2, columns: 2))
            }
            let expected = CheckpointError.Problem.wrongShape(
                tensor: "a", found: shape, expected: [2, 2])
            #expect(error?.problem == expected)
        }
    }

    @Test func mxfp4DecodesToTheReferencesBits() throws {
        let file = try SafetensorsFile(path: fixture("scaled.safetensors"))
        let blocks = try file.require("mxfp4.blocks")
        let scales = try file.require("mxfp4.scales")
        let expected = try TensorDecoder.floats(file.require("mxfp4.expected"))
        #expect(try TensorDecoder.mxfp4Shape(blocks: blocks, scales: scales) == [4, 64, 64])
        let part = try TensorDecoder.mxfp4Floats(blocks: blocks, scales: scales, rows: 60..<130)
        #expect(bits(part) == bits(expected))
        let whole = try TensorDecoder.mxfp4Floats(blocks: blocks, scales: scales)
        #expect(bits(whole[60 * 64..<130 * 64]) == bits(expected))
    }

    @Test func everyMXFP4CodeHasItsValue() throws {
        let codes = (0..<16).map { UInt8($0 << 4 | $0) }
        let blocks = tensor(.u8, [1, 16], codes)
        let levels: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
        let expected = (levels + levels.map { -$0 }).flatMap { [$0, $0] }
        for (exponent, scale) in [(UInt8(127), Float(1)), (0, 0x1p-127), (254, 0x1p127)] {
            let floats = try TensorDecoder.mxfp4Floats(
                blocks: blocks, scales: tensor(.u8, [1], [exponent]))
            #expect(bits(floats) == bits(expected.map { $0 * scale }))
        }
        let invalid = try TensorDecoder.mxfp4Floats(
            blocks: blocks, scales: tensor(.u8, [1], [255]))
        #expect(invalid.allSatisfy { $0.isNaN })
    }

    @Test func mxfp4TensorsThatDoNotBelongTogetherAreRefused() {
        let scales = tensor(.u8, [2], [127, 127])
        let wrong = [
            tensor(.u8, [1, 16], [UInt8](repeating: 0, count: 16)),
            tensor(.u8, [32], [UInt8](repeating: 0, count: 32)),
            tensor(.i8, [2, 16], [UInt8](repeating: 0, count: 32)),
        ]
        for blocks in wrong {
            #expect(throws: CheckpointError.self) {
                try TensorDecoder.mxfp4Floats(blocks: blocks, scales: scales)
            }
        }
    }

    private func tensor(_ dtype: DType, _ shape: Shape, _ bytes: [UInt8]) -> StoredTensor {
        StoredTensor(
            name: "a", format: .plain(dtype), shape: shape,
            file: MappedFile(bytes: bytes, name: "memory"), offset: 0)
    }

    private func floats(_ shape: Shape, _ floats: [Float]) -> StoredTensor {
        tensor(.f32, shape, HostTensor(floats: floats, shape: shape).bytes)
    }
}

extension TensorDecoder {
    /// `decodeBlocks` into a new array.
    fileprivate static func blockFloats(
        _ weight: StoredTensor, scales: StoredTensor, block: ScaleBlock, rows: Range<Int>? = nil
    ) throws(CheckpointError) -> [Float] {
        let count = checked(rows, of: weight.shape.rows, weight.name).count * weight.shape.columns
        return try unsafe filled(count) { output throws(CheckpointError) in
            try unsafe decodeBlocks(weight, scales: scales, block: block, rows: rows, into: output)
        }
    }

    /// `decodeMXFP4` into a new array.
    fileprivate static func mxfp4Floats(
        blocks: StoredTensor, scales: StoredTensor, rows: Range<Int>? = nil
    ) throws(CheckpointError) -> [Float] {
        let shape = try mxfp4Shape(blocks: blocks, scales: scales)
        let count = checked(rows, of: shape.rows, blocks.name).count * shape.columns
        return try unsafe filled(count) { output throws(CheckpointError) in
            try unsafe decodeMXFP4(blocks: blocks, scales: scales, rows: rows, into: output)
        }
    }
}
