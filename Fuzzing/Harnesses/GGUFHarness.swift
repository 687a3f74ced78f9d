import Architectures
import Checkpoints
import Glibc
import Models
import Tokenization

/// Inputs are GGUF files. From each it reads tensors, tokenizer and template, and builds the
/// architecture over the file's weights.
enum GGUFHarness {
    /// A file without a name, to which inputs are written, since models are opened by path.
    private static let descriptor: CInt = {
        guard let file = unsafe tmpfile() else { fatalError("no temporary file") }
        return unsafe fileno(file)
    }()

    static func run(_ input: [UInt8]) {
        // The copy in memory ends with the input, so that a read past its end is found.
        guard let file = try? GGUFFile(bytes: input, name: "input.gguf") else { return }
        Tensors.touch(file)
        if let joined = try? ShardedGGUF([file, file]) { Tensors.touch(joined) }
        let path = "/proc/self/fd/\(descriptor)"
        guard ftruncate(descriptor, 0) == 0,
            unsafe pwrite(descriptor, input, input.count, 0) == input.count
        else { fatalError("the file for inputs cannot be written") }
        let tokenizer = try? ModelFiles(file.metadata).tokenizer(in: path)
        TokenizerHarness.use(tokenizer)
        guard let source = try? ModelSource(path: path) else { return }
        _ = try? source.templates()
        _ = try? source.endTokens(tokenizer)
        guard case .catalog(let catalog) = source.weights else { return }
        Tensors.touch(catalog)
        _ = try? ArchitectureRegistry.build(
            source.configuration, file: source.configurationFile, from: CatalogStore(catalog))
    }
}
