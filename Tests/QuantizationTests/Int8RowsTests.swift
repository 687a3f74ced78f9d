import Checkpoints
import Memory
import TestSupport
import Testing

@testable import Quantization

@Suite struct Int8RowsTests {
    /// numpy's float32 arithmetic made the expected values (make_fixtures.py).
    @Test(
        "integers and scales are the reference's bits",
        arguments: ["wide", "narrow", "ragged", "one"], ["rows", "groups"])
    func reference(name: String, kind: String) throws {
        let file = try SafetensorsFile(path: fixture("int8.safetensors"))
        let weights = try file.require(name)
        let quantized = Int8Rows(
            quantizing: try TensorDecoder.floats(weights), rows: weights.shape.rows,
            columns: weights.shape.columns, group: kind == "groups" ? 128 : nil)
        let values = try file.require("\(name).\(kind).values")
        let scales = try file.require("\(name).\(kind).scales")
        #expect(scales.shape == [quantized.rows, quantized.groups])
        #expect(try TensorDecoder.floats(values) == quantized.values.map { Float($0) })
        #expect(bits(try TensorDecoder.floats(scales)) == bits(quantized.scales))
        #expect(quantized.isFinite)
    }

    @Test func decodingIsWithinHalfAScale() {
        let weights = (0..<600).map { Float(($0 * 7_919) % 1_000 - 500) / 37 }
        let quantized = Int8Rows(quantizing: weights, rows: 3, columns: 200, group: 128)
        #expect(quantized.scales.count == 6)
        let decoded = quantized.floats()
        for index in weights.indices {
            let scale = quantized.scales[index / 200 * 2 + index % 200 / 128]
            #expect(abs(decoded[index] - weights[index]) <= scale * 0.5001)
        }
    }

    @Test("a group with a non-finite weight has the scale NaN", arguments: [Float.nan, .infinity])
    func nonFinite(value: Float) {
        let quantized = Int8Rows(
            quantizing: [1, 2, 3, -value, 5, 6], rows: 2, columns: 3, group: 2)
        #expect(quantized.values == [64, 127, 127, 0, 0, 127])
        #expect(quantized.scales[2].isNaN)
        #expect(quantized.scales[3].isFinite)
        #expect(!quantized.isFinite)
    }

    @Test func extremesKeepTheirScale() {
        let large = Int8Rows(
            quantizing: [.greatestFiniteMagnitude, -1, 0], rows: 1, columns: 3)
        #expect(large.values == [127, 0, 0])
        let tiny = Int8Rows(quantizing: [0x1p-149, 0, 0x1p-149], rows: 1, columns: 3)
        #expect(tiny.values == [0, 0, 0])
        #expect(tiny.scales == [1])
        #expect(Int8Rows(quantizing: [], rows: 0, columns: 5).scales.isEmpty)
        #expect(Int8Rows(quantizing: [], rows: 2, columns: 0).scales.isEmpty)
    }
}
