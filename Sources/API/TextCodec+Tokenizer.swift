package import Tokenization

extension Tokenizer: TextCodec {
    package func makeDetokenizer(skipSpecial: Bool) -> any TextDetokenizer {
        detokenizer(skipSpecial: skipSpecial)
    }
}

extension Detokenizer: TextDetokenizer {}
