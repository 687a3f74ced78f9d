import Compute
import Memory
import Models
import TestSupport
import Testing

@testable import Inference

/// What `--memory` and `--context` are refused with, and that the advice is right.
@Suite struct MemoryBudgetTests {
    private func load(_ memory: Int, context: Int? = nil) throws -> LoadedModel {
        let options = ModelOptions(
            scheme: WeightScheme(precision: .int8, scales: .group, head: .bf16), threads: 1,
            isa: "scalar", isPinned: false, contextMax: context, stepTokensMax: 64,
            logitRowsMax: 16, memoryMax: memory)
        let source = try ModelSource(path: Repository.root + "/models/tiny")
        return try LoadedModel(source, options)
    }

    private func refusal(_ memory: Int, context: Int? = nil) throws -> String {
        do {
            try load(memory, context: context).stop()
            return ""
        } catch let error as ModelError {
            return error.description
        }
    }

    /// The size that an error advises.
    private func advice(_ text: String) throws -> Int {
        let words = text.split(separator: " ")
        let flag = try #require(words.firstIndex(of: "--memory"))
        return try #require(ByteSize(String(words[flag + 1]))).count
    }

    @Test("the advised memory serves, and a tenth of a MiB less does not") func least() throws {
        let text = try refusal(1 << 20)
        #expect(text.contains("no room for the KV cache"))
        #expect(text.contains("a smaller --step-tokens"))
        let enough = try advice(text)
        #expect(try refusal(enough) == "")
        #expect(try refusal(enough - (1 << 20) / 10) != "")
    }

    @Test("a context that does not fit is refused, with one that does and memory for it")
    func context() throws {
        let least = try advice(refusal(1 << 20))
        let text = try refusal(least, context: 1024)
        #expect(text.hasPrefix("--context 1024 needs "))
        let enough = try advice(text)
        #expect(enough > least)
        #expect(try refusal(enough, context: 1024) == "")
        let end = try #require(text.split(separator: "or --context ").last)
        let fitting = try #require(Int(end.prefix { $0.isNumber }))
        #expect(try refusal(least, context: fitting) == "")
        #expect(try refusal(least, context: fitting + 1) != "")
        // Nobody asked for a certain context.
        #expect(try refusal(least) == "")
    }

    @Test("the least memory for so many blocks is exact") func exact() {
        for (block, blocks) in [(1, 1), (4096, 4), (4097, 12), (65536, 999)] {
            func budget(_ memory: Int) -> CacheBudget {
                CacheBudget(
                    memoryBytes: memory, weightBytes: 1001, workspaceBytes: 17,
                    blockBytes: block, windows: [nil])
            }
            let least = budget(0).memoryBytes(for: blocks)
            #expect(budget(least).blocks >= blocks && budget(least - 1).blocks < blocks)
        }
    }
}
