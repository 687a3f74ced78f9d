import Architectures
import Checkpoints
import Compute
import Inference
import JSON
import Models
import TestSupport
import Testing

/// Options of published configurations have their effect or are refused by name; none is ignored.
@Suite struct ConfigurationTests {
    /// A change of a case's configuration, and what the error must name.
    struct Refusal: CustomTestStringConvertible {
        let name: String
        let changes: JSONObject
        let message: String

        init(_ name: String, _ changes: JSONObject, _ message: String) {
            self.name = name
            self.changes = changes
            self.message = message
        }

        var testDescription: String { "\(name): \(message)" }
    }

    static let refusals = [
        Refusal("llama_tied", ["hidden_act": "gelu"], "'hidden_act'"),
        Refusal("llama_tied", ["partial_rotary_factor": 0.5], "'partial_rotary_factor'"),
        Refusal(
            "llama_tied", ["rope_parameters": ["partial_rotary_factor": 0.25]], "partial_rotary"),
        Refusal("llama_tied", ["rope_parameters": ["rope_type": "longrope"]], "'longrope'"),
        Refusal(
            "llama_tied", ["rope_parameters": ["full_attention": ["rope_theta": 500]]],
            "'rope_parameters.full_attention' alone"),
        Refusal("llama_tied", ["head_dim": 33], "a head of 33"),
        Refusal("llama_tied", ["num_key_value_heads": 3], "'num_key_value_heads' 3"),
        Refusal("llama_tied", ["mlp_bias": true], "gate_proj.bias' is missing"),
        Refusal("llama_tied", ["attention_bias": true], "q_proj.bias' is missing"),
        Refusal("llama_tied", ["vocab_size": 193], "'model.embed_tokens.weight' is [192, 64]"),
        Refusal("llama_tied", ["vocab_size": -1], "'vocab_size' is -1"),
        Refusal("llama_tied", ["model_type": "mamba"], "'mamba' is not supported"),
        Refusal("mixtral_full", ["num_experts_per_tok": 5], "'num_experts_per_tok' 5"),
        Refusal("mixtral_full", ["attention_bias": true], "'attention_bias'"),
        Refusal(
            "mixtral_full", ["num_local_experts": 5], "block_sparse_moe.gate.weight' is [4, 64]"),
        Refusal(
            "qwen2_moe", ["use_sliding_window": true, "sliding_window": 16],
            "'use_sliding_window' true without 'layer_types'"),
        Refusal(
            "qwen3_moe",
            ["use_sliding_window": true, "sliding_window": 16, "max_window_layers": 2],
            "'max_window_layers'"),
        Refusal("qwen3_dense", ["layer_types": ["full_attention"]], "'layer_types' has 1"),
        Refusal(
            "qwen3_dense", ["layer_types": ["full_attention", "sliding_attention"]],
            "layer 1 slides"),
        Refusal(
            "qwen3_dense", ["layer_types": ["full_attention", "linear_attention"]],
            "'linear_attention'"),
        Refusal("qwen3_moe", ["intermediate_size": nil], "'intermediate_size' is missing"),
        Refusal("llama_tied", ["tie_word_embeddings": "yes"], "'tie_word_embeddings' is \"yes\""),
        Refusal("llama_tied", ["tie_word_embeddings": false], "'lm_head.weight' is missing"),
        Refusal("llama_tied", ["tie_word_embeddings": nil], "'lm_head.weight' is missing"),
        Refusal("llama_tied", ["is_causal": false], "'is_causal' false"),
        Refusal("llama_tied", ["rms_norm_eps": -1e-5], "'rms_norm_eps' is"),
        Refusal("llama_tied", ["rms_norm_eps": 1e300], "'rms_norm_eps' is 1e+300"),
        Refusal(
            "llama_tied", ["max_position_embeddings": 1_099_511_627_776],
            "'max_position_embeddings'"),
        Refusal("mixtral_full", ["num_experts": 2], "'num_local_experts' is 4 and 'num_experts'"),
        Refusal("gpt_oss_bf16", ["experts_per_token": 4], "'experts_per_token' is 4"),
        Refusal(
            "deepseek_v3_plain", ["n_shared_experts": 0],
            "shared_experts.gate_proj.weight' would not be read: 'n_shared_experts'"),
        Refusal("olmoe", ["clip_qkv": 0], "'clip_qkv'"),
        Refusal("granitemoe", ["logits_scaling": 0], "'logits_scaling'"),
        Refusal("gpt_oss_bf16", ["swiglu_limit": -1], "'swiglu_limit'"),
        Refusal("gpt_oss_bf16", ["num_local_experts": 5], "gate_up_proj_bias' is [4, 128]"),
        Refusal("deepseek_v2_lite", ["norm_topk_prob": true], "'norm_topk_prob'"),
        Refusal("deepseek_v2_lite", ["topk_method": "noaux_tc"], "'topk_method'"),
        Refusal("deepseek_v2_group", ["n_group": 5], "'n_group' 5"),
        Refusal("deepseek_v2_group", ["mlp_bias": true], "'mlp_bias'"),
        Refusal("deepseek_v2_group", ["rope_interleave": false], "'rope_interleave' false"),
        Refusal("deepseek_v3_yarn", ["num_key_value_heads": 1], "'num_key_value_heads' is 1"),
        Refusal("deepseek_v3_yarn", ["head_dim": 1], "'head_dim' is 1"),
        Refusal("deepseek_v3_yarn", ["qk_rope_head_dim": 7], "'qk_rope_head_dim' 7 is odd"),
        Refusal("deepseek_v3_yarn", ["scoring_func": "softmax"], "'scoring_func'"),
        Refusal("deepseek_v3_yarn", ["topk_group": 1], "'topk_group' 1"),
        Refusal("deepseek_v3_yarn", ["kv_lora_rank": 4096], "'kv_lora_rank' 4096"),
        Refusal("deepseek_v3_yarn", ["attention_bias": true], "q_a_proj.bias' is missing"),
        Refusal(
            "deepseek_v3_yarn", ["num_hidden_layers": 5],
            "layers.3.mlp.experts.2.gate_proj.weight' is missing"),
    ]

    @Test("an option that cannot be honoured is refused by name", arguments: refusals)
    func refused(_ refusal: Refusal) throws {
        let error = try #require(try error(of: refusal.name, refusal.changes))
        #expect(error.contains(refusal.message), "\(error)")
    }

    /// The outcome is an error, or a model if the size makes sense.
    @Test(
        "no size in a configuration makes loading trap",
        arguments: Fixture.folders,
        [1, 3, 16_385, 1 << 20, 1 << 24])
    func sizes(name: String, size: Int64) throws {
        let keys = try Fixture(folder: name).source().configuration.keys
        let skipped: Set = [
            // Any value of these is a model that can be run.
            "bos_token_id", "eos_token_id", "pad_token_id", "max_position_embeddings",
            "pretraining_tp", "ep_size", "num_nextn_predict_layers", "max_window_layers",
            "transformers_version",
        ]
        for key in keys where !skipped.contains(key) {
            let source = try Fixture(folder: name).source().configuration[key]
            guard source?.integerValue != nil, source?.integerValue != Int(size) else { continue }
            // It must not trap; either outcome is right.
            _ = try error(of: name, [key: .integer(size)])
        }
    }

    /// The defaults of published configuration classes for absent keys, if families differ.
    static let usualValues: [(String, JSONObject)] = [
        ("mixtral_full", ["rms_norm_eps": 1e-5, "rope_theta": 1e6]),
        ("olmoe", ["rms_norm_eps": 1e-5, "rope_theta": 10_000]),
        ("gpt_oss_bf16", ["rms_norm_eps": 1e-5, "rope_theta": 150_000]),
        ("granitemoe", ["rms_norm_eps": 1e-6, "rope_theta": 10_000]),
        ("qwen3_dense", ["rms_norm_eps": 1e-6, "rope_theta": 10_000]),
        ("deepseek_v2_group", ["routed_scaling_factor": 1]),
        ("deepseek_v3_yarn", ["routed_scaling_factor": 2.5]),
        ("mixtral_full", ["num_experts_per_tok": 2]), ("olmoe", ["num_experts_per_tok": 8]),
        ("granitemoe", ["num_experts_per_tok": 2]), ("gpt_oss_bf16", ["num_experts_per_tok": 4]),
        ("qwen2_moe", ["num_experts_per_tok": 4]), ("qwen3_moe", ["num_experts_per_tok": 8]),
    ]

    @Test("an absent key means what its family means by it", arguments: usualValues.indices)
    func usual(index: Int) throws {
        let (name, values) = Self.usualValues[index]
        let fixture = try Fixture(folder: name)
        func logits(_ value: (String, JSONValue) -> JSONValue?) throws -> [Float] {
            let source = try fixture.source(configuration: "config.json") { configuration in
                // In the older form theta is outside of the scaling.
                configuration["rope_parameters"] = nil
                // gpt-oss has a second key for it.
                configuration["experts_per_token"] = nil
                for (key, usual) in values { configuration[key] = value(key, usual) }
            }
            return try Session(source, .reference).logits(fixture.prompt(0))
        }
        #expect(try logits { _, _ in nil } == logits { _, usual in usual })
    }

    /// If the keys are absent DeepSeek-V3 has 3 dense layers, a shared expert, 8 groups of which 4
    /// are used, and low-rank queries of 1536 numbers; null means none of these. Mixtral has 8 key
    /// heads; null means as many as query heads.
    @Test(
        "null is not absent",
        arguments: [
            ("num_key_value_heads", "'num_key_value_heads' 8", "k_proj.weight' is"),
            ("q_lora_rank", "q_a_proj.weight' is", "q_proj.weight' is missing"),
            ("first_k_dense_replace", "layers.1.mlp.gate_proj", "layers.0.mlp.gate.e_score"),
            ("n_group", "'n_group' 8", nil),
        ])
    func nullAndAbsent(key: String, absent: String, null: String?) throws {
        let fixture = try Fixture(
            folder: key == "num_key_value_heads" ? "mixtral_full" : "deepseek_v3_yarn")
        func error(_ change: (inout JSONObject) -> Void) throws -> String? {
            do {
                _ = try Session(
                    fixture.source(configuration: "config.json", change), .reference)
                return nil
            } catch let error as ModelError {
                return error.description
            }
        }
        let whenAbsent = try error { $0[key] = nil } ?? ""
        #expect(whenAbsent.contains(absent), "\(whenAbsent)")
        let whenNull = try error { $0[key] = .null } ?? ""
        #expect(null.map { whenNull.contains($0) } ?? whenNull.isEmpty, "\(whenNull)")
    }

    @Test(
        "null is false to DeepSeek-V3's flags", arguments: ["norm_topk_prob", "rope_interleave"])
    func nullFlag(key: String) throws {
        let fixture = try Fixture(folder: "deepseek_v3_plain")
        func logits(_ value: JSONValue) throws -> [Float] {
            try Session(source(fixture, [key: value]), .reference).logits(fixture.prompt(0))
        }
        #expect(try logits(.null).bits == logits(false).bits)
        #expect(try logits(.null).bits != logits(true).bits)
    }

    @Test("a checkpoint's own head counts, whatever is said of tying", arguments: [true, false])
    func ownHead(isTied: Bool) throws {
        let fixture = try Fixture(folder: "mixtral_full")
        let session = try Session(
            source(fixture, ["tie_word_embeddings": .bool(isTied)]), .reference)
        let logits = try session.logits(fixture.prompt(0))
        #expect(largestDifference(logits, try fixture.floats("p0.logits")) < 2e-4)
    }

    @Test("Qwen's sliding_window null is none")
    func nullWindow() throws {
        let fixture = try Fixture(folder: "qwen3_dense")
        let changes: JSONObject = [
            "use_sliding_window": true, "sliding_window": .null, "max_window_layers": 0,
        ]
        let session = try Session(source(fixture, changes), .reference)
        #expect(session.model.shape.cache.groups.map(\.window) == [nil])
    }

    @Test("Qwen's windows make groups of the cache")
    func windows() throws {
        let fixture = try Fixture(folder: "qwen2_moe")
        let cases: [(JSONObject, [Int?], [Int])] = [
            ([:], [nil], [4]),
            (
                [
                    "use_sliding_window": true, "sliding_window": 16,
                    "layer_types": [
                        "sliding_attention", "full_attention", "sliding_attention",
                        "full_attention",
                    ],
                ], [16, nil], [2, 2]
            ),
        ]
        for (changes, windows, layers) in cases {
            let session = try Session(source(fixture, changes), .reference)
            #expect(session.model.shape.cache.groups.map(\.window) == windows)
            #expect(session.model.shape.cache.groups.map(\.layers) == layers)
        }
        let dense = try Fixture(folder: "qwen3_dense")
        let session = try Session(
            source(
                dense,
                ["use_sliding_window": true, "sliding_window": 16, "max_window_layers": 1]),
            .reference)
        #expect(session.model.shape.cache.groups.map(\.window) == [nil, 16])
    }

    /// A window as long as the prompt changes nothing; a shorter one does.
    @Test("Qwen's sliding window hides what is behind it", arguments: [16, 200])
    func slidingWindow(window: Int64) throws {
        let fixture = try Fixture(folder: "qwen3_moe")
        let session = try Session(
            source(
                fixture,
                [
                    "use_sliding_window": true, "sliding_window": .integer(window),
                    "max_window_layers": 0,
                ]), .reference)
        let prompt = try fixture.prompt(0)
        let vocabulary = session.model.shape.vocabulary
        let logits = try session.logits(prompt)
        let expected = try fixture.floats("p0.logits")
        let inside = min(Int(window), prompt.count) * vocabulary
        #expect(
            largestDifference(Array(logits.prefix(inside)), Array(expected.prefix(inside))) < 2e-4)
        if inside < expected.count {
            #expect(
                largestDifference(
                    Array(logits.dropFirst(inside)), Array(expected.dropFirst(inside))) > 1e-2)
        }
    }

    @Test("a clip far above all numbers changes nothing, a low one does")
    func clip() throws {
        let fixture = try Fixture(folder: "olmoe")
        let expected = try fixture.floats("p0.logits")
        let high = try Session(source(fixture, ["clip_qkv": 1e6]), .reference)
        #expect(largestDifference(try high.logits(fixture.prompt(0)), expected) < 2e-4)
        let low = try Session(source(fixture, ["clip_qkv": 0.1]), .reference)
        #expect(largestDifference(try low.logits(fixture.prompt(0)), expected) > 1e-2)
    }

    private func source(_ fixture: Fixture, _ changes: JSONObject) throws -> ModelSource {
        try fixture.source(configuration: "config.json") { configuration in
            for (key, value) in changes { configuration[key] = value }
        }
    }

    /// The error of building the changed model; nil if it succeeds.
    private func error(of name: String, _ changes: JSONObject) throws -> String? {
        do {
            _ = try Session(source(Fixture(folder: name), changes), .reference)
            return nil
        } catch let error as ModelError {
            return error.description
        }
    }
}
