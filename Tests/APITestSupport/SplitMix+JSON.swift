package import TestSupport

extension SplitMix {
    /// A JSON text with some bytes changed, cut, inserted or repeated.
    package mutating func mutated(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        let values = Array(#"{}[]",:0-9e.s\u"#.utf8) + [0, 0xFF, 0x80]
        for _ in 0...Int(next() % 3) {
            guard !bytes.isEmpty else { break }
            let index = Int.random(in: 0..<bytes.count, using: &self)
            switch next() % 4 {
            case 0: bytes[index] = values.randomElement(using: &self) ?? 0
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(values.randomElement(using: &self) ?? 0, at: index)
            default:
                let end = min(bytes.count, index + 1 + Int(next() % 20))
                bytes.insert(contentsOf: bytes[index..<end], at: index)
            }
        }
        return bytes
    }
}
