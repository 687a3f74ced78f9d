/// Runs the harness that `--parser=NAME` on the command line selects. libFuzzer itself ignores that
/// option.
///
/// Errors that a parser throws are expected. Findings are traps, bad memory accesses, and more
/// time, memory or stack than libFuzzer was told to allow.
enum Fuzz {
    /// The harnesses by parser's name.
    private static let harnesses: [String: @Sendable ([UInt8]) -> Void] = [
        "safetensors": SafetensorsHarness.run, "gguf": GGUFHarness.run,
        "tokenizer": TokenizerHarness.run, "template": TemplateHarness.run,
        "config": ConfigurationHarness.run,
    ]

    /// The selected harness.
    static let harness: @Sendable ([UInt8]) -> Void = {
        let prefix = "--parser="
        let names = CommandLine.arguments.filter { $0.hasPrefix(prefix) }
        guard let name = names.first?.dropFirst(prefix.count),
            let harness = harnesses[String(name)]
        else { fatalError("\(prefix)NAME; names are \(harnesses.keys.sorted())") }
        return harness
    }()
}

/// The function that libFuzzer calls with each input ("Fuzz Target" in LLVM's libFuzzer
/// documentation).
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // SAFETY: libFuzzer's buffer has `count` bytes and lives for the call.
    Fuzz.harness(unsafe Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}
