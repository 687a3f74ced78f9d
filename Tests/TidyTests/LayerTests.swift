import Testing

/// A target imports only targets above it.
@Suite("layers") struct LayerTests {
    /// From the bottom up, as docs/architecture.md lists them. System modules and C come first.
    private static let order = [
        "CLinux", "CNghttp2", "COpenSSL", "COpenBLAS", "CPCRE2", "CKernels", "CProbes",
        "JSON", "Metrics", "Generation", "Memory", "Threads", "Logs",
        "Scheduling", "Checkpoints", "Quantization", "Tokenization", "ChatTemplates", "Models",
        "HTTP", "TLS",
        "Sampling", "Compute", "Weights", "ComputeCPU", "ComputeCUDA", "Devices", "Architectures",
        "Preparation",
        "Inference",
        "Network", "API", "OpenAI", "KServe", "RPC", "Serving", "Commands",
        "switchyard", "benchmarks",
    ]
    private static let ranks = Dictionary(
        uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })

    @Test("every target has its place") func known() throws {
        let unknown = try SourceFile.folders(under: "Sources").filter { Self.ranks[$0] == nil }
        #expect(unknown.isEmpty, "give the new targets a place in the order")
    }

    @Test("imports point down") func imports() throws {
        var wrong: [String] = []
        for file in try SourceFile.all(under: "Sources") {
            guard let own = Self.ranks[file.target] else { continue }
            for (index, line) in file.code.enumerated() {
                guard let module = imported(line), let rank = Self.ranks[module] else { continue }
                if rank >= own { wrong.append("\(file.place(index)): \(module)") }
            }
        }
        #expect(wrong.isEmpty, "a target imports only targets above it in the list")
    }

    @Test("pure machines and formats know no thread, socket or clock") func pure() throws {
        let pure: Set = [
            "JSON", "Scheduling", "Checkpoints", "Tokenization", "ChatTemplates", "HTTP",
        ]
        let impure: Set = ["NIOCore", "NIOPosix", "Threads", "Network"]
        var wrong: [String] = []
        for file in try SourceFile.all(under: "Sources") where pure.contains(file.target) {
            for (index, line) in file.code.enumerated() {
                if let module = imported(line), impure.contains(module) {
                    wrong.append("\(file.place(index)): \(module)")
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    /// The module that a line imports.
    private func imported(_ line: String) -> String? {
        guard line.contains("import ") else { return nil }
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
            words[..<index].allSatisfy({ $0 == "package" || $0 == "private" || $0.hasPrefix("@") })
        else { return nil }
        return String(words[index + 1])
    }
}
