/// What libFuzzer calls. `--parser=NAME` on the command line, which libFuzzer itself passes over, says
/// which parser the inputs are for.
///
/// Errors are what parsers are for. Findings are traps, bad accesses, and more time, memory or stack
/// than libFuzzer was told to allow.
enum Fuzz {
    /// Parsers by name, and what is done with an input of each.
    private static let harnesses: [String: @Sendable ([UInt8]) -> Void] = [
        "safetensors": SafetensorsHarness.run, "gguf": GGUFHarness.run,
        "tokenizer": TokenizerHarness.run, "template": TemplateHarness.run,
        "config": ConfigurationHarness.run,
    ]

    /// The one that was asked for.
    static let harness: @Sendable ([UInt8]) -> Void = {
        let prefix = "--parser="
        let names = CommandLine.arguments.filter { $0.hasPrefix(prefix) }
        guard let name = names.first?.dropFirst(prefix.count),
            let harness = harnesses[String(name)]
        else { fatalError("\(prefix)NAME; names are \(harnesses.keys.sorted())") }
        return harness
    }()
}

/// libFuzzer's entry ("Fuzz Target" in LLVM's libFuzzer documentation).
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // SAFETY: libFuzzer's buffer has `count` bytes and lives for the call.
    Fuzz.harness(unsafe Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}
