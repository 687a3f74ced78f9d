import Checkpoints
import Glibc
import JSON
import Memory
import Models
import TestSupport
import Testing

/// The refusal of what cannot be read names the tensor, what was expected and what was found.
@Suite struct RefusalTests {
    private static func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    /// Opens the matrix `a.weight` `[2, 4]` of a checkpoint.
    private static func refusal(
        _ tensors: [(name: String, tensor: HostTensor)], _ quantization: JSONValue? = nil
    ) -> String {
        message {
            try Checkpoint(tensors, quantization: quantization).withCatalog {
                _ = try $0.matrix("a.weight", rows: 2, columns: 4)
            }
        }
    }

    private static let int8 = HostTensor(int8: [Int8](repeating: 1, count: 8), shape: [2, 4])
    private static let scale = HostTensor(floats: [1, 1], shape: [2, 1])

    private static func compressed(
        format: String = "int-quantized", bits: Int64 = 8, type: String = "int",
        strategy: String = "channel", ignore: JSONValue = [], targets: JSONValue = ["Linear"],
        _ change: (inout JSONObject) -> Void = { _ in }
    ) -> JSONValue {
        var config: JSONObject = [
            "quant_method": "compressed-tensors", "format": .string(format), "ignore": ignore,
            "config_groups": [
                "group_0": [
                    "targets": targets,
                    "weights": [
                        "num_bits": .integer(bits), "type": .string(type), "symmetric": true,
                        "strategy": .string(strategy),
                    ],
                ]
            ],
        ]
        change(&config)
        return .object(config)
    }

    private static let unreadable: [(JSONValue, String)] = [
        (["quant_method": "gptq"], "'quant_method' 'gptq'"),
        (["bits": 4], "'quant_method' missing"),
        (compressed(format: "pack-quantized", bits: 4), "'pack-quantized' (int of 4 bits)"),
        (
            compressed(format: "nvfp4-pack-quantized", bits: 4, type: "float"),
            "'nvfp4-pack-quantized' (float of 4 bits)"
        ),
        (compressed(strategy: "tensor_group"), "strategy 'tensor_group'"),
        (compressed { $0["sparsity_config"] = ["format": "sparse-24-bitmask"] }, "sparsity"),
        (compressed { $0["transform_config"] = ["config_groups": [:]] }, "transform_config"),
        (["quant_method": "fp8", "fmt": "e5m2"], "FP8 'fmt' 'e5m2'"),
    ]

    @Test(
        "methods and formats that are not read are named, with those that are",
        arguments: unreadable)
    func methods(config: JSONValue, found: String) {
        let message = Self.refusal([("a.weight", Self.int8)], config)
        #expect(message.contains("config.json"), "\(message)")
        #expect(message.contains(found), "\(message)")
        #expect(
            message.contains(
                "compressed-tensors, fp8, blockwise_int8, w8a8_int8, mxfp4"), "\(message)")
        #expect(message.contains("int-quantized and float-quantized"), "\(message)")
    }

    /// The usual form, with its entry for weights changed.
    private static func weights(_ change: JSONObject) -> JSONValue {
        compressed { config in
            var weights: JSONObject = [
                "num_bits": 8, "type": "int", "symmetric": true, "strategy": "channel",
            ]
            for (key, value) in change { weights[key] = value }
            config["config_groups"] = [
                "group_0": ["targets": ["Linear"], "weights": .object(weights)]
            ]
        }
    }

    @Test(
        "zero points and reordered groups are refused by name", arguments: ["zero_point", "g_idx"])
    func asymmetric(suffix: String) {
        let message = Self.refusal([
            ("a.weight", Self.int8), ("a.weight_scale", Self.scale),
            ("a.weight_\(suffix)", Self.scale),
        ])
        #expect(message.contains("'a.weight_\(suffix)' would not be read"), "\(message)")
    }

    private static let senseless: [JSONValue] = [
        ["quant_method": "fp8", "weight_block_size": [128]],
        ["quant_method": "fp8", "weight_block_size": [0, 128]],
        ["quant_method": "fp8", "weight_block_size": "x"],
        ["quant_method": "compressed-tensors"],
        ["quant_method": "compressed-tensors", "config_groups": ["a": 1]],
        compressed(ignore: "lm_head"), compressed(ignore: [1]), compressed(ignore: ["re:(a"]),
        compressed(strategy: "block"), compressed(strategy: "group"), [1, 2], "fp8",
        ["quant_method": 8], ["quant_method": "fp8", "fmt": 4], weights(["symmetric": "false"]),
        weights(["num_bits": "4"]), weights(["type": 1]), weights(["strategy": false]),
    ]

    @Test(
        "configurations that make no sense are refused",
        arguments: senseless)
    func nonsense(config: JSONValue) {
        let message = Self.refusal([("a.weight", Self.int8)], config)
        #expect(message.contains("quantization_config"), "\(message)")
    }

    @Test("a missing scale is named")
    func missingScale() {
        for config in [nil, Self.compressed(), ["quant_method": "w8a8_int8"]] as [JSONValue?] {
            let message = Self.refusal([("a.weight", Self.int8)], config)
            #expect(message.contains("'a.weight_scale' is missing"), "\(message)")
        }
        let message = Self.refusal(
            [("a.weight", Self.int8)], ["quant_method": "blockwise_int8"])
        #expect(message.contains("'a.weight_scale_inv' is missing"), "\(message)")
    }

    @Test("a scale of another shape is named, with both shapes")
    func wrongScale() {
        let long = HostTensor(floats: [1, 1, 1], shape: [3, 1])
        var message = Self.refusal([("a.weight", Self.int8), ("a.weight_scale", long)])
        #expect(message.contains("'a.weight_scale' is [3, 1]"), "\(message)")
        #expect(message.contains("[2, 1]"), "\(message)")
        message = Self.refusal(
            [("a.weight", Self.int8), ("a.weight_scale_inv", Self.scale)],
            ["quant_method": "blockwise_int8", "weight_block_size": [128, 2]])
        #expect(message.contains("'a.weight_scale_inv' is [2, 1]"), "\(message)")
        #expect(message.contains("[1, 2]"), "\(message)")
    }

    @Test("numbers of another type than the form's are named")
    func wrongNumbers() throws {
        let bytes = [UInt8](repeating: 1, count: 8)
        for (dtype, config, found) in [
            (.u8, nil, "stored as U8"), (.i8, ["quant_method": "fp8"], "stored as I8, F8_E4M3"),
            (.f8e4m3, Self.compressed(), "stored as F8_E4M3, I8"),
            (.f8e5m2, nil, "stored as F8_E5M2"), (.i8, ["quant_method": "mxfp4"], "stored as I8"),
        ] as [(DType, JSONValue?, String)] {
            let tensor = try HostTensor(dtype: dtype, shape: [2, 4], bytes: bytes)
            let message = Self.refusal(
                [("a.weight", tensor), ("a.weight_scale", Self.scale)], config)
            #expect(message.contains("'a.weight' is \(found)"), "\(message)")
        }
        let floats = HostTensor(floats: [Float](repeating: 1, count: 8), shape: [2, 4])
        var message = Self.refusal([("a.weight", floats), ("a.weight_scale", Self.scale)])
        #expect(message.contains("'a.weight' is stored as F32"), "\(message)")
        let scale = HostTensor(int32: [1, 1], shape: [2, 1])
        message = Self.refusal([("a.weight", Self.int8), ("a.weight_scale", scale)])
        #expect(message.contains("'a.weight_scale' is stored as I32"), "\(message)")
        message = Self.refusal([
            ("a.weight_packed", HostTensor(int32: [1, 1], shape: [2, 1]))
        ])
        #expect(message.contains("'a.weight_packed' holds packed integers"), "\(message)")
    }

    private static let lists: [(JSONValue, Bool)] = [
        (compressed(ignore: ["a"]), false), (compressed(ignore: ["re:^(?!b)[a-z]$"]), false),
        (compressed(ignore: ["Linear"]), false), (compressed(targets: ["b"]), false),
        (compressed(targets: ["re:.*b"]), false), (compressed(ignore: ["b", "re:b|a."]), true),
        // Python's re.match: the start must match, the end need not.
        (compressed(ignore: ["re:.*z", "A"]), true), (compressed(targets: ["a"]), true),
        (compressed(targets: ["re:a$"]), true),
    ]

    @Test(
        "modules that are left out must hold floats: by name, by pattern, or for want of a target",
        arguments: lists)
    func leftOut(config: JSONValue, isRead: Bool) {
        let message = Self.refusal(
            [("a.weight", Self.int8), ("a.weight_scale", Self.scale)], config)
        if isRead {
            #expect(message == "no error")
        } else {
            #expect(message.contains("'a.weight' is stored as I8, F32, F16 or BF16"), "\(message)")
            #expect(message.contains("quantization_config"), "\(message)")
        }
    }

    @Test("a pattern that backtracks without end is refused")
    func endless() {
        let name = String(repeating: "a", count: 40)
        let config = Self.compressed(ignore: ["re:(a+)+$"])
        let message = Self.message {
            try Checkpoint(
                [(name + "!.weight", Self.int8), (name + "!.weight_scale", Self.scale)],
                quantization: config
            ).withCatalog { _ = try $0.matrix(name + "!.weight", rows: 2, columns: 4) }
        }
        #expect(message.contains("takes too long"), "\(message)")
    }

    @Test("MXFP4 without its scales, of other shapes or numbers is refused")
    func mxfp4() throws {
        func refusal(_ blocks: [Int], _ scales: [Int]?, columns: Int = 64) throws -> String {
            var tensors: [(name: String, tensor: HostTensor)] = []
            let count = blocks.reduce(1, *)
            tensors.append(
                (
                    "e_blocks",
                    try HostTensor(
                        dtype: .u8, shape: Shape(blocks), bytes: [UInt8](repeating: 1, count: count)
                    )
                ))
            if let scales {
                let bytes = [UInt8](repeating: 127, count: scales.reduce(1, *))
                tensors.append(
                    ("e_scales", try HostTensor(dtype: .u8, shape: Shape(scales), bytes: bytes)))
            }
            return Self.message {
                try Checkpoint(tensors, quantization: ["quant_method": "mxfp4"]).withCatalog {
                    _ = try $0.matrix(
                        1, of: 2, in: "e", rows: 3, columns: columns, isTransposed: true)
                }
            }
        }
        #expect(try refusal([2, 3, 2, 16], nil).contains("'e_scales' is missing"))
        #expect(try refusal([2, 3, 1, 16], [2, 3, 2]).contains("'e_blocks' is [2, 3, 1, 16]"))
        #expect(try refusal([2, 3, 2, 16], [2, 2, 2]).contains("'e_scales' is [2, 2, 2]"))
        #expect(try refusal([2, 3, 2, 16], [2, 3, 2], columns: 65).contains("65 columns"))
    }

    @Test("a model that cannot be reached is not called missing") func unreachable() throws {
        let folder = try TemporaryFolder()
        // Permissions would not stop the superuser.
        try #require(unsafe symlink("loop", folder.path + "/loop") == 0)
        let found = Self.message { _ = try ModelSource(path: folder.path + "/loop") }
        #expect(found == "\(folder.path)/loop: cannot be read: Too many levels of symbolic links")
        try folder.makeFolder("model")
        let config = folder.path + "/model/config.json"
        try #require(unsafe symlink("config.json", config) == 0)
        let inside = Self.message { _ = try ModelSource(path: folder.path + "/model") }
        #expect(inside == "\(config): cannot be read: Too many levels of symbolic links")
        let none = Self.message { _ = try ModelSource(path: folder.path + "/none") }
        #expect(none.contains("no such model"))
    }
}
