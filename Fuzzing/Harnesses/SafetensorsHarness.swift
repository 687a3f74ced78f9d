import Checkpoints
import Models

/// Inputs are safetensors files.
enum SafetensorsHarness {
    static func run(_ input: [UInt8]) {
        guard let file = try? SafetensorsFile(bytes: input, name: "input.safetensors") else {
            return
        }
        Tensors.touch(file)
        Tensors.touch(SafetensorsCatalog(file))
        guard PackFile.isPack(file), let pack = try? PackFile(file) else { return }
        TokenizerHarness.use(try? pack.files.tokenizer(in: file.location))
        _ = try? pack.files.templates(in: file.location)
    }
}
