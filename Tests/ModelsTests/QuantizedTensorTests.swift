import Checkpoints
import JSON
import Memory
import Models
import Quantization
import Testing

/// Single tensors of every form, without a model around them.
@Suite struct QuantizedTensorTests {
    private static let rows = 160
    private static let columns = 300

    /// Every bit pattern but FP8's two NaNs.
    private static let numbers = (0..<rows * columns).map { index -> UInt8 in
        let byte = UInt8(truncatingIfNeeded: index * 7 + index / 251)
        return byte & 0x7f == 0x7f ? byte ^ 1 : byte
    }

    /// How scales are spread over a matrix, in compressed-tensors' terms.
    struct Layout: CustomTestStringConvertible, Sendable {
        let strategy: JSONValue
        let shape: [Int]
        /// Rows and columns that share a scale.
        let block: (rows: Int, columns: Int)
        var testDescription: String { JSONWriter.string(strategy) }
    }

    static let layouts = [
        Layout(strategy: ["strategy": "tensor"], shape: [1], block: (rows, columns)),
        Layout(strategy: ["strategy": "tensor"], shape: [], block: (rows, columns)),
        Layout(strategy: ["strategy": "channel"], shape: [rows, 1], block: (1, columns)),
        Layout(strategy: ["strategy": "channel"], shape: [rows], block: (1, columns)),
        Layout(
            strategy: ["strategy": "group", "group_size": 128], shape: [rows, 3], block: (1, 128)),
        Layout(
            strategy: ["strategy": "group", "group_size": 32], shape: [rows, 10], block: (1, 32)),
        Layout(
            strategy: ["strategy": "block", "block_structure": [128, 128]], shape: [2, 3],
            block: (128, 128)),
        Layout(
            strategy: ["strategy": "block", "block_structure": [64, 256]], shape: [3, 2],
            block: (64, 256)),
    ]

    @Test(
        "compressed-tensors' strategies give each number its scale", arguments: layouts,
        [DType.i8, .f8e4m3])
    func strategies(layout: Layout, dtype: DType) throws {
        var weights = layout.strategy.objectValue ?? JSONObject()
        weights["num_bits"] = 8
        weights["type"] = dtype == .i8 ? "int" : "float"
        let shape = Shape(layout.shape)
        let scales = (0..<shape.elementCount).map { Float($0 % 13 + 1) / 64 }
        let checkpoint = try Checkpoint(
            [
                ("a.weight", HostTensor(dtype: dtype, shape: [160, 300], bytes: Self.numbers)),
                ("a.weight_scale", HostTensor(floats: scales, shape: shape)),
            ],
            quantization: [
                "quant_method": "compressed-tensors",
                "format": dtype == .i8 ? "int-quantized" : "float-quantized",
                "config_groups": [
                    "group_0": ["targets": ["Linear"], "weights": .object(weights)]
                ],
            ])
        try checkpoint.withCatalog { catalog in
            let matrix = try catalog.matrix("a.weight", rows: Self.rows, columns: Self.columns)
            let plain = Self.plain(dtype)
            let scaleColumns = (Self.columns + layout.block.columns - 1) / layout.block.columns
            func scale(_ row: Int, _ column: Int) -> Float {
                scales[row / layout.block.rows * scaleColumns + column / layout.block.columns]
            }
            let expected = (0..<Self.rows * Self.columns).map {
                plain[$0] * scale($0 / Self.columns, $0 % Self.columns)
            }
            #expect(try matrix.floats() == expected)
            #expect(try matrix.floats(130..<133) == Array(expected[130 * 300..<133 * 300]))
            // INT8 arithmetic cannot use scales that change inside a group of 128 inputs.
            let isUsable = dtype == .i8 && layout.block.columns >= 128
            #expect((matrix.integers != nil) == isUsable)
            guard let integers = matrix.integers else { return }
            #expect(integers.hasGroupScales == (layout.block.columns < Self.columns))
            let rows = try integers.read(100..<Self.rows)
            #expect(rows.values.map { UInt8(bitPattern: $0) } == Array(Self.numbers[30_000...]))
            let wanted = (100..<Self.rows).flatMap { row in
                (0..<integers.groups).map { scale(row, $0 * 128) }
            }
            #expect(rows.scales == wanted)
        }
    }

    private static func plain(_ dtype: DType) -> [Float] {
        if dtype == .i8 { return numbers.map { Float(Int8(bitPattern: $0)) } }
        return numbers.map { byte in
            // FP8 E4M3: bias 7, subnormals in steps of 2^-9.
            let exponent = Int(byte >> 3 & 15)
            let mantissa = Float(byte & 7)
            let magnitude =
                exponent == 0
                ? mantissa / 512
                : (1 + mantissa / 8) * Float(sign: .plus, exponent: exponent - 7, significand: 1)
            return byte & 0x80 == 0 ? magnitude : -magnitude
        }
    }

    @Test("cut and reordered matrices keep their integers", arguments: [1, 3])
    func slices(groups: Int) throws {
        let scales = (0..<Self.rows * groups).map { Float($0 + 1) }
        let checkpoint = try Checkpoint([
            ("a.weight", HostTensor(dtype: .i8, shape: [160, 300], bytes: Self.numbers)),
            ("a.weight_scale", HostTensor(floats: scales, shape: [160, groups])),
        ])
        var named = checkpoint
        named.configuration["quantization_config"] = [
            "quant_method": "compressed-tensors", "format": "int-quantized",
            "config_groups": [
                "group_0": [
                    "targets": ["re:a"],
                    "weights": groups == 1
                        ? ["strategy": "channel"] : ["strategy": "group", "group_size": 128],
                ]
            ],
        ]
        try named.withCatalog { catalog in
            let matrix = try catalog.matrix("a.weight", rows: 160, columns: 300)
            let cuts = [
                matrix.slice(rows: 7..<90), matrix.slice(from: 3, step: 2, count: 40),
                matrix.reordered { 159 - $0 }, matrix.slice(columns: 128..<300, times: 4),
                matrix.slice(rows: 7..<90).slice(columns: 0..<256),
            ]
            for cut in cuts {
                let integers = try #require(cut.integers)
                let rows = try integers.read(1..<cut.rows)
                let floats = rows.values.indices.map { index in
                    let (row, column) = (index / cut.columns, index % cut.columns)
                    let group = integers.hasGroupScales ? column / 128 : 0
                    return Float(rows.values[index]) * rows.scales[row * integers.groups + group]
                }
                #expect(try floats == cut.floats(1..<cut.rows))
            }
            // A cut inside a group of 128 leaves only floats.
            #expect((matrix.slice(columns: 64..<300).integers == nil) == (groups == 3))
        }
    }

    @Test("a stack's members are found with their scales")
    func stacks() throws {
        let numbers = (0..<3 * 4 * 40).map { Int8(truncatingIfNeeded: $0 * 5) }
        let scales = (0..<12).map { Float($0 + 1) }
        let checkpoint = Checkpoint([
            ("a.weight", HostTensor(int8: numbers, shape: [3, 4, 40])),
            ("a.weight_scale", HostTensor(floats: scales, shape: [3, 4, 1])),
        ])
        try checkpoint.withCatalog { catalog in
            let matrix = try catalog.matrix(
                2, of: 3, in: "a.weight", rows: 4, columns: 40, isTransposed: false)
            let expected = (320..<480).map { Float(numbers[$0]) * scales[$0 / 40] }
            #expect(try matrix.floats() == expected)
            #expect(try matrix.integers?.read(1..<4).values == Array(numbers[360...]))
            #expect(try matrix.integers?.read(1..<4).scales == Array(scales[9...]))
            #expect(throws: CheckpointError.self) {
                try catalog.matrix(
                    2, of: 3, in: "a.weight", rows: 40, columns: 4, isTransposed: true)
            }
        }
    }

    @Test("a scale that is no number is refused when the matrix is packed")
    func notANumber() throws {
        let checkpoint = Checkpoint([
            ("a.weight", HostTensor(int8: [1, 2, 3, 4], shape: [2, 2])),
            ("a.weight_scale", HostTensor(floats: [1, .nan], shape: [2, 1])),
        ])
        try checkpoint.withCatalog { catalog in
            let matrix = try catalog.matrix("a.weight", rows: 2, columns: 2)
            #expect(try matrix.integers?.read(0..<1).scales == [1])
            #expect(throws: CheckpointError.self) { try matrix.integers?.read(0..<2) }
        }
    }
}
