import JSON
import Models
import Tokenization

/// Inputs are `tokenizer.json` files, whose member `tokenizer_config` replaces the file of that
/// name; or, if `model` is a string, vocabularies of GGUF files in the form in which packs hold
/// them.
enum TokenizerHarness {
    private static let texts = [
        "Hello,  wörld's 1234567 \u{1F642}\u{1F3FD}\n\t<|im_start|>user\r\n \u{2581}e\u{301} ab</s>",
        "", " ", "a", "\u{0}\u{FEFF}\u{AC00}\u{1100}\u{1161}", String(repeating: "ab ", count: 40),
    ]

    static func run(_ input: [UInt8]) {
        guard let json = try? JSONParser.parse(input) else { return }
        if json["model"]?.stringValue == nil {
            use(try? Tokenizer(json: json, configuration: json["tokenizer_config"]))
        } else {
            let files = ModelFiles(texts: [ModelFiles.vocabularyName: input])
            use(try? files.tokenizer(in: "input.gguf"))
        }
        _ = try? ModelFiles(texts: [ModelFiles.tokenizerConfigurationName: input])
            .templates(in: "input")
    }

    /// Encodes texts and decodes the results.
    static func use(_ tokenizer: Tokenizer?) {
        guard let tokenizer else { return }
        for text in texts {
            for isSpecial in [true, false] {
                let ids = tokenizer.encode(text, special: isSpecial, parseSpecial: isSpecial)
                precondition(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) })
                _ = tokenizer.decode(ids, skipSpecial: isSpecial)
            }
        }
        let some = (-1...Int32(min(tokenizer.vocabularySize, 512))).map { $0 }
        for id in some {
            _ = tokenizer.bytes(of: id)
            _ = tokenizer.isSpecial(id)
        }
        _ = tokenizer.decode(some + [.max, .min], skipSpecial: false)
        var detokenizer = tokenizer.detokenizer(skipSpecial: true)
        for id in some { _ = detokenizer.append(id) }
        _ = detokenizer.finish()
    }
}
