import JSON
import Memory
import Models
import Preparation
import TestSupport
import Testing

/// Tensors that nothing reads are named, except those known to be of no use.
@Suite struct UnreadTensorTests {
    private static func unread(_ change: (inout Checkpoint) -> Void) throws -> UnreadTensors? {
        var checkpoint = try Checkpoint(fixture: "qwen3_dense_w8a8_ct")
        change(&checkpoint)
        let (folder, source) = try checkpoint.open()
        defer { extendLifetime(folder) }
        return source.unread
    }

    private static let some = HostTensor(floats: [1, 2], shape: [2])

    @Test(
        "of a published checkpoint everything is read, scales and blocks too",
        arguments: [
            "gpt_oss_mxfp4", "qwen3_moe_w8a8_ct", "deepseek_v3_block_int8",
            "deepseek_v3_block_fp8", "qwen3_dense_w8a8_ct",
        ])
    func published(name: String) throws {
        let (folder, source) = try Checkpoint(fixture: name).open()
        defer { extendLifetime(folder) }
        let unread = try #require(source.unread)
        #expect(unread.names.isEmpty, "\(unread.names)")
        #expect(unread.line == nil)
    }

    @Test("a name that is nearly right is named")
    func nearMiss() throws {
        let unread = try #require(
            try Self.unread {
                $0["model.layers.0.self_attn.qnorm.weight"] = Self.some
                $0["model.layers.1.self_attn.rotary_emb.inv_freq"] = Self.some
                $0["model.layers.1.mlp.up_proj.input_scale"] = Self.some
            })
        #expect(unread.names == ["model.layers.0.self_attn.qnorm.weight"])
        #expect(unread.known == ["rotary frequencies": 1, "activation scales": 1])
        #expect(
            unread.line
                == "1 tensor is not read: model.layers.0.self_attn.qnorm.weight; known to be of "
                + "no use: 1 of activation scales, 1 of rotary frequencies")
    }

    @Test("a line shows the first few names and counts all")
    func many() throws {
        let unread = try #require(
            try Self.unread {
                for index in 0..<9 { $0["extra.\(index)"] = Self.some }
            })
        #expect(
            unread.line
                == "9 tensors are not read: extra.0, extra.1, extra.2, extra.3, extra.4, …")
    }

    @Test("fewer layers than the checkpoint has leave the rest unread")
    func layers() throws {
        let unread = try #require(
            try Self.unread {
                $0.configuration["num_hidden_layers"] = 1
                $0.configuration["layer_types"] = nil
            })
        #expect(!unread.names.isEmpty)
        #expect(unread.names.allSatisfy { $0.hasPrefix("model.layers.1.") })
    }

    @Test("DeepSeek's prediction layers are known")
    func prediction() throws {
        var checkpoint = try Checkpoint(fixture: "deepseek_v3_block_fp8")
        checkpoint.configuration["num_nextn_predict_layers"] = 1
        let layers = checkpoint.configuration["num_hidden_layers"]?.integerValue ?? 0
        checkpoint["model.layers.\(layers).eh_proj.weight"] = Self.some
        checkpoint["model.layers.\(layers + 1).eh_proj.weight"] = Self.some
        let (folder, source) = try checkpoint.open()
        defer { extendLifetime(folder) }
        let unread = try #require(source.unread)
        #expect(unread.known == ["prediction layers": 1])
        #expect(unread.names == ["model.layers.\(layers + 1).eh_proj.weight"])
    }

    @Test("a model that cannot be built has no such list")
    func unbuilt() throws {
        #expect(try Self.unread { $0.configuration["hidden_size"] = nil } == nil)
    }
}
