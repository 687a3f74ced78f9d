import Checkpoints
import Models
import Testing

/// What `inspect` says about a checkpoint's numbers.
@Suite struct StoredFormListTests {
    @Test(
        "every form is named with what becomes of it",
        arguments: [
            ("qwen3_dense_w8a8_ct", "I8, a scale a row", true),
            ("qwen3_moe_w8a8_ct", "I8, a scale a row", true),
            ("deepseek_v3_block_int8", "I8, a scale a block", true),
            ("deepseek_v3_block_fp8", "F8_E4M3, a scale a block", false),
            ("gpt_oss_mxfp4", "MXFP4, a scale a 32 inputs", false),
        ])
    func forms(name: String, description: String, isUnchanged: Bool) throws {
        let file = try SafetensorsFile(path: Checkpoint.folder(name) + "/model.safetensors")
        let stored = file.names.compactMap { file.tensor($0) }
        let forms = StoredForm.forms(of: stored)
        let form = try #require(forms.first { $0.description == description })
        #expect(form.isUnchanged == isUnchanged)
        #expect(forms.contains { $0.description == "BF16" && !$0.isUnchanged })
        #expect(forms.reduce(0) { $0 + $1.bytes } == file.byteCount)
        let scales = stored.filter {
            $0.name.hasSuffix("_scale") || $0.name.hasSuffix("_scale_inv")
                || $0.name.hasSuffix("_scales")
        }
        #expect(forms.reduce(0) { $0 + $1.tensors } == stored.count - scales.count)
    }
}
