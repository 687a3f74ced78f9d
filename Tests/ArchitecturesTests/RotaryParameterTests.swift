import Architectures
import Checkpoints
import Compute
import Inference
import JSON
import Models
import TestSupport
import Testing

/// Rotary parameters are read wherever a configuration has them, and values that are given twice
/// must agree. `scripts/differential/near_miss.py` compares the results of each change with
/// transformers.
@Suite struct RotaryParameterTests {
    private static let families = [
        "deepseek_v2_lite", "deepseek_v3_plain", "gpt_oss_bf16", "granitemoe", "llama_tied",
        "mixtral_full", "olmoe", "qwen2_moe", "qwen3_dense", "qwen3_moe",
    ]

    /// A model whose configuration has only the given rotary parameters.
    private static func session(_ name: String, _ rotary: JSONObject) throws -> Session {
        let source = try Fixture(folder: name).source(configuration: "config.json") {
            for key in ["rope_parameters", "rope_scaling", "rope_theta"] { $0[key] = nil }
            for (key, value) in rotary { $0[key] = value }
        }
        return try Session(source, .reference)
    }

    private static func logits(_ name: String, _ rotary: JSONObject) throws -> [Float] {
        try session(name, rotary).logits(Fixture(folder: name).prompt(0))
    }

    private static func refusal(_ name: String, _ rotary: JSONObject) throws -> String {
        do {
            _ = try session(name, rotary)
            return "no error"
        } catch let error as ModelError {
            return error.description
        }
    }

    @Test("rope_theta counts inside rope_parameters and rope_scaling", arguments: families)
    func theta(name: String) throws {
        let plain: JSONValue = ["rope_type": "default"]
        let expected = try Self.logits(name, ["rope_theta": 3_000_000, "rope_scaling": plain])
        let inside: JSONValue = ["rope_type": "default", "rope_theta": 3_000_000]
        for rotary: JSONObject in [
            ["rope_scaling": inside], ["rope_parameters": inside],
            ["rope_scaling": ["rope_theta": 3_000_000]],
            ["rope_parameters": .null, "rope_scaling": inside],
            ["rope_parameters": inside, "rope_scaling": [:]],
            ["rope_parameters": inside, "rope_scaling": inside, "rope_theta": 3e6],
            [
                "rope_parameters": inside,
                "rope_scaling": ["type": "default", "rope_theta": 3_000_000],
            ],
        ] {
            #expect(try Self.logits(name, rotary).bits == expected.bits)
        }
        let usual = try Self.logits(name, ["rope_scaling": plain])
        #expect(largestDifference(usual, expected) > 1e-3)
    }

    private static let yarn: JSONObject = [
        "rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 64,
    ]

    @Test(
        "the original context counts inside the scaling and at the top",
        arguments: ["llama_tied", "deepseek_v2_lite"])
    func original(name: String) throws {
        let expected = try Self.logits(name, ["rope_scaling": .object(Self.yarn)])
        var scaling = Self.yarn
        scaling["original_max_position_embeddings"] = nil
        let unsaid = try Self.logits(name, ["rope_scaling": .object(scaling)])
        #expect(largestDifference(unsaid, expected) > 1e-4)
        let top = try Self.logits(
            name,
            ["rope_scaling": .object(scaling), "original_max_position_embeddings": 64])
        #expect(top.bits == expected.bits)
    }

    @Test("gpt-oss without a word on scaling is stretched 32 times by YaRN")
    func usualScaling() throws {
        let said: JSONObject = [
            "rope_type": "yarn", "factor": 32, "beta_fast": 32, "beta_slow": 1, "truncate": false,
            "original_max_position_embeddings": 4096,
        ]
        let expected = try Self.logits(
            "gpt_oss_bf16", ["rope_theta": 150_000, "rope_scaling": .object(said)])
        for rotary: JSONObject in [
            [:], ["rope_scaling": .null], ["rope_parameters": .null, "rope_theta": 150_000],
        ] {
            #expect(try Self.logits("gpt_oss_bf16", rotary).bits == expected.bits)
        }
    }

    @Test("DeepSeek's scores are sharpened under every scaling", arguments: ["linear", "yarn"])
    func sharpness(type: String) throws {
        var scaling = Self.yarn
        scaling["rope_type"] = .string(type)
        let without = try Self.logits("deepseek_v2_lite", ["rope_scaling": .object(scaling)])
        scaling["mscale_all_dim"] = 0.7
        let with = try Self.logits("deepseek_v2_lite", ["rope_scaling": .object(scaling)])
        #expect(largestDifference(with, without) > 1e-3)
    }

    private static let refusals: [(JSONObject, String)] = [
        (
            ["rope_scaling": ["rope_type": "default", "rope_theta": 500], "rope_theta": 10_000],
            "'rope_scaling.rope_theta' is 500.0 and 'rope_theta' is 10000.0"
        ),
        (
            ["rope_parameters": ["rope_theta": 500], "rope_scaling": ["rope_theta": 600]],
            "'rope_parameters.rope_theta' and 'rope_scaling.rope_theta' contradict"
        ),
        (
            [
                "rope_parameters": ["rope_type": "default"],
                "rope_scaling": ["rope_type": "linear", "factor": 2],
            ], "'rope_parameters.rope_type' and 'rope_scaling.rope_type' contradict"
        ),
        (
            ["rope_scaling": ["rope_type": "default", "type": "linear", "factor": 2]],
            "'rope_scaling.rope_type' and 'rope_scaling.type' contradict"
        ),
        (
            [
                "rope_scaling": .object(yarn), "original_max_position_embeddings": 32,
            ], "'rope_scaling.original_max_position_embeddings' is 64.0"
        ),
        (
            ["rope_scaling": ["factor": 2]],
            "'rope_scaling.rope_type' is missing beside 'rope_scaling.factor'"
        ),
        (["rope_scaling": ["rope_type": "linear"]], "'rope_scaling.factor' is missing"),
        (["rope_scaling": ["type": "linear", "factor": 0]], "'rope_scaling.factor' is 0"),
        (["rope_scaling": ["type": "linear", "factor": -2]], "'rope_scaling.factor' is -2"),
        (["rope_scaling": ["type": "linear", "factor": 1e300]], "'rope_scaling.factor' is 1e"),
        (["rope_scaling": ["type": "yarn"]], "'rope_scaling.factor' is missing"),
        (
            ["rope_scaling": ["type": "yarn", "factor": 2, "beta_fast": 0]],
            "'rope_scaling.beta_fast' is 0"
        ),
        (
            [
                "rope_scaling": [
                    "type": "llama3", "factor": 2, "low_freq_factor": 4, "high_freq_factor": 4,
                ]
            ], "'rope_scaling.high_freq_factor' 4.0 is not more than"
        ),
        (["rope_scaling": []], "'rope_scaling' is [], expected an object"),
        (["rope_theta": 0], "'rope_theta' is 0"),
        (["rope_theta": "NaN"], "'rope_theta' is \"NaN\""),
    ]

    @Test(
        "rotary parameters that contradict each other or make no sense are refused by name",
        arguments: refusals.indices)
    func refused(index: Int) throws {
        let (rotary, message) = Self.refusals[index]
        for name in ["llama_tied", "deepseek_v2_lite"] {
            let error = try Self.refusal(name, rotary)
            #expect(error.contains(message), "\(error)")
        }
    }
}
