import ArgumentParser
import Logs
import Testing

@testable import Commands

/// The values that flags accept, tried on every flag of every command.
@Suite struct FlagTests {
    /// Arguments that a command needs besides the flag that is tried.
    private static let required = [
        "serve": ["--model", "m"], "generate": ["--model", "m", "x"], "inspect": ["--model", "m"],
        "pack": ["--model", "m", "--output", "o"], "quantize": ["--model", "m", "--output", "o"],
        "forward": ["--model", "m", "--output", "o"],
        "eval": ["--model", "m", "--text", "t"], "tokenize": ["--model", "m"],
        "render": ["--model", "m"], "health": [],
    ]

    private static let longPath = String(repeating: "p", count: 5000)
    private static let notNumbers = ["", "x", "nan", "-inf", "1 2"]
    private static let notIntegers = notNumbers + ["-1", "1.5", "9223372036854775808"]
    private static let notCounts = notIntegers + ["0"]
    private static let notPaths = ["", longPath]
    private static let notChoices = ["", "X", "int3", "f 32", "0"]
    private static let notSizes =
        notNumbers + ["0", "-1", "-5GiB", "8Q", "8 GiB", "GiB", "9999999999999TiB", "1B"]

    /// Values that a flag does not accept, by its name.
    private static let wrong: [String: [String]] = [
        "model": notPaths, "calibration": notPaths, "api-key-file": notPaths, "output": notPaths,
        "generation-config": notPaths, "routes": notPaths, "text": notPaths, "input": notPaths,
        "template": notPaths, "dequantize": notPaths, "cache-dir": notPaths,
        "precision": notChoices + ["f32,,int8", ","], "kv": notChoices, "weights": notChoices,
        "head": notChoices, "scheme": notChoices, "cpu-isa": notChoices + ["vax"],
        "smoothing": notNumbers + ["-1", "0.7", "1"],
        "threads": notCounts + ["257", "１", "0x", "-9223372036854775809"],
        "context": notCounts + ["16777217"],
        "memory": notSizes + ["1023KiB"], "body-max": notSizes + ["1023", "2GiB"],
        "host": ["", "a\nb", String(repeating: "h", count: 254)],
        "name": ["", "a\u{1B}[31m", "a\u{9B}", "a\u{2028}b", String(repeating: "n", count: 257)],
        "port": notIntegers + ["65536"], "step-tokens": notCounts + ["16", "16385"],
        "sequences": notCounts + ["4097"], "queue-requests": notCounts + ["1048577"],
        "queue-tokens": notCounts + ["1099511627777"], "itl-p99": notCounts + ["60001"],
        "drain-timeout": notIntegers + ["86401"], "drain-delay": notIntegers + ["86401"],
        "max-tokens": notCounts + ["16777217"], "patience": notCounts + ["61"],
        "temperature": notNumbers + ["1e400", "-0.1", "101"],
        "top-p": notNumbers + ["0", "-1", "1.01"],
        "seed": notNumbers + ["-1", "1.5", "18446744073709551616"],
        "split-experts": notCounts + ["1", "3", "128"], "chunk": notCounts + ["1", "8193"],
        "chunks": notCounts, "logit-rows": notCounts + ["16385"],
        "connections": notCounts + ["1000001"], "connections-reserved": notCounts + ["4097"],
        "cors-origin": ["", "a\nb", String(repeating: "o", count: 4097)],
    ]

    @Test("a wrong value ends with 64, naming flag, value and what is allowed")
    func wrongValues() throws {
        var tried: Set<String> = []
        for (command, flags) in try KnownFlags().commands.sorted(by: { $0.key < $1.key }) {
            let required = try #require(Self.required[command])
            for flag in flags where flag.takesValue {
                // The flag itself may be a required one.
                let place = required.firstIndex(of: "--" + flag.name)
                let others = place.map { required[..<$0] + required[($0 + 2)...] } ?? required[...]
                let values = try #require(Self.wrong[flag.name], "--\(flag.name) of \(command)")
                // All values are tried once. For other commands one value shows that they use the
                // same reader.
                let isNew = tried.insert(flag.name).inserted
                for value in isNew ? values[...] : values.suffix(1) {
                    refuses([command] + others + ["--" + flag.name, value], flag.name, value)
                }
            }
        }
        #expect(tried == Set(Self.wrong.keys))
    }

    private func refuses(_ arguments: [String], _ flag: String, _ value: String) {
        do {
            _ = try Switchyard.parseAsRoot(arguments)
            Issue.record("\(arguments) was taken")
        } catch {
            let message = Switchyard.message(for: error)
            #expect(Switchyard.exitCode(for: error).rawValue == 64, "\(arguments)")
            #expect(message.contains("--" + flag), "\(arguments): \(message)")
            #expect(message.contains("'\(value)'"), "\(arguments): \(message)")
            #expect(
                message.contains("give ") || message.contains("one of"), "\(arguments): \(message)")
            let shown = Terminal.shown(message)
            #expect(shown.unicodeScalars.allSatisfy { !LogText.isHidden($0) }, "\(arguments)")
        }
    }

    @Test(
        "flags that do not fit each other end with 64",
        arguments: [
            (["serve", "--model", "m", "--sequences", "600"], "--step-tokens 512: give 616"),
            (["serve", "--model", "m", "--logit-rows", "9"], "--logit-rows 9: give 64"),
            (["pack", "--model", "m", "--output", "o", "--precision", "f32"], "packs are INT8"),
            (
                [
                    "quantize", "--model", "m", "--output", "o", "--smoothing", "0",
                    "--calibration", "c",
                ],
                "--calibration"
            ),
            (["render"], "--template or --model"),
            (["render", "--model", "m", "--template", "t"], "--template or --model"),
        ])
    func combinations(arguments: [String], words: String) {
        let error = #expect(throws: (any Error).self) { try Switchyard.parseAsRoot(arguments) }
        guard let error else { return }
        #expect(Switchyard.exitCode(for: error).rawValue == 64)
        #expect(Switchyard.message(for: error).contains(words))
    }

    @Test("right values are taken, at the ends of what is allowed too") func rightValues() throws {
        let serve = try #require(
            try Switchyard.parseAsRoot([
                "serve", "--model", "m", "--body-max", "1KiB", "--memory", "1.5g", "--port", "0",
                "--name", "Modell ü", "--smoothing", "0.5", "--queue-tokens", "1099511627776",
                "--drain-timeout", "0",
            ]) as? Serve)
        #expect(serve.server.bodyMax == 1024)
        #expect(serve.compute.memory == 3 << 29)
        #expect(serve.server.port == 0)
        #expect(serve.compute.smoothing.smoothing == 0.5)
        let generate = try #require(
            try Switchyard.parseAsRoot([
                "generate", "--model", "m", "--seed", "18446744073709551615", "--top-p", "1", "x",
            ]) as? Generate)
        #expect(generate.seed == .max)
        let eval = try #require(
            try Switchyard.parseAsRoot([
                "eval", "--model", "m", "--text", "t", "--precision", "int8,f32",
            ]) as? Evaluate)
        #expect(eval.compute.precision.description == "int8,f32")
    }

    @Test("help says the default and what is allowed") func help() {
        let help = Serve.helpMessage(columns: 200)
        #expect(help.contains("(0 to 65535; default: 8080)"))
        #expect(help.contains("(default: 127.0.0.1)"))
    }

    @Test("more memory than there is gets a warning") func tooMuchMemory() throws {
        let given = try ComputeArguments.parse(["--memory", "8GiB"])
        #expect(given.memoryWarning(machine: 8 << 30) == nil)
        let warning = given.memoryWarning(machine: (8 << 30) - 1)
        #expect(warning?.contains("--memory 8 GiB is more than the 7.9 GiB that") == true)
        #expect(try ComputeArguments.parse([]).memoryWarning(machine: 1) == nil)
    }

    @Test("an instruction set that the CPU lacks is not called unknown") func lackingSet() {
        let allowed = Allowed<String>.isa(["scalar", "avx2"], lacking: ["avx512vnni"])
        func refusal(_ text: String) -> String {
            do { return try allowed.value(text) } catch { return "\(error)" }
        }
        #expect(refusal("avx512vnni") == "this CPU does not have it; give scalar, avx2")
        #expect(refusal("vax") == "give scalar, avx2")
        #expect(refusal("avx2") == "avx2")
    }
}
