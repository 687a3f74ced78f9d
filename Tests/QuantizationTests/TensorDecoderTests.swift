import Checkpoints
import Memory
import TestSupport
import Testing

@testable import Quantization

/// The path of a file in this target's fixtures.
func fixture(_ name: String) -> String {
    Repository.fixture("QuantizationTests", name)
}

/// The bits of the floats. Comparing them distinguishes −0 from 0, and a NaN is equal to itself.
func bits(_ floats: some Sequence<Float>) -> [UInt32] { floats.bits }

@Suite struct TensorDecoderTests {
    static let names = try? GGUFFile(path: fixture("types.gguf")).names

    /// The expected floats are those of ggml's own decoders.
    @Test("every ggml type decodes to the reference's bits", arguments: names ?? [])
    func everyType(name: String) throws {
        let tensor = try GGUFFile(path: fixture("types.gguf")).require(name)
        let expected = try SafetensorsFile(path: fixture("types_dequantized.safetensors"))
            .require(name, shape: tensor.shape)
        let floats = try TensorDecoder.floats(tensor)
        #expect(floats.count == tensor.shape.elementCount)
        #expect(bits(floats) == bits(try TensorDecoder.floats(expected)))
    }

    @Test func theFixtureHoldsAllTypes() throws {
        let file = try GGUFFile(path: fixture("types.gguf"))
        #expect(Set(file.names.compactMap { file.tensor($0)?.format }).count == 16)
    }

    @Test("rows decode alone as they do together", arguments: names ?? [])
    func rowsAlone(name: String) throws {
        let tensor = try GGUFFile(path: fixture("types.gguf")).require(name)
        let whole = try TensorDecoder.floats(tensor)
        let columns = tensor.shape.columns
        for first in 0...tensor.shape.rows {
            for end in first...tensor.shape.rows {
                let part = try TensorDecoder.floats(tensor, rows: first..<end)
                #expect(bits(part) == bits(whole[first * columns..<end * columns]))
            }
        }
    }

    @Test func plainNumbersBecomeTheNearestFloats() throws {
        let cases: [(DType, [UInt8], [Float])] = [
            (.f64, littleEndian((1.0 + 0x1p-24).bitPattern), [1]),
            (.f64, littleEndian((1.0 + 0x1p-24 + 0x1p-50).bitPattern), [1 + 0x1p-23]),
            (.i64, littleEndian(UInt64(bitPattern: .min)), [-0x1p63]),
            (.u64, littleEndian(UInt64.max), [0x1p64]),
            (.i32, littleEndian(Int32(16_777_217)), [16_777_216]),
            (.u32, littleEndian(UInt32.max), [0x1p32]),
            (.i16, littleEndian(Int16(-3)), [-3]), (.u16, littleEndian(UInt16.max), [65_535]),
            (.i8, [0x80, 0x7F], [-128, 127]), (.u8, [0x80, 0xFF], [128, 255]),
            (.bool, [0, 1, 2], [0, 1, 1]),
            (.bf16, [0x80, 0x3F, 0x00, 0x80], [1, -0.0]),
            (.f16, [0x00, 0x3C, 0x01, 0x00], [1, 0x1p-24]),
        ]
        for (dtype, bytes, expected) in cases {
            // One byte comes first, so that the numbers are misaligned.
            let file = MappedFile(bytes: [0] + bytes, name: "plain")
            let tensor = StoredTensor(
                name: "a", format: .plain(dtype), shape: Shape([expected.count]), file: file,
                offset: 1)
            #expect(bits(try TensorDecoder.floats(tensor)) == bits(expected), "\(dtype)")
        }
    }

    @Test func typesThatCannotBeDecodedAreNamed() throws {
        let file = MappedFile(bytes: [UInt8](repeating: 0, count: 66), name: "m.gguf")
        let tensor = StoredTensor(
            name: "w", format: .ggml(.iq2_xxs), shape: [256], file: file, offset: 0)
        #expect(!TensorDecoder.canDecode(tensor.format))
        let error = #expect(throws: CheckpointError.self) { try TensorDecoder.floats(tensor) }
        #expect(error?.description.hasPrefix("m.gguf: tensor 'w' is stored as IQ2_XXS") == true)
    }

    @Test func emptyTensorsDecodeToNothing() throws {
        let file = MappedFile(bytes: [], name: "empty")
        let tensor = StoredTensor(
            name: "a", format: .plain(.f32), shape: [3, 0], file: file, offset: 0)
        #expect(try TensorDecoder.floats(tensor).isEmpty)
        #expect(try TensorDecoder.floats(tensor, rows: 1..<2).isEmpty)
    }
}
