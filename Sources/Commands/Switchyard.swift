import ArgumentParser
import Glibc

/// The program: one subcommand a file.
struct Switchyard: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchyard",
        abstract: "Serves Mixture-of-Experts language models in INT8.",
        discussion: """
            EXAMPLES
              switchyard inspect --model models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
              echo '{"text":"Hello"}' | switchyard tokenize --model M

            Scripts read JSON Lines on standard input and write them to standard output; progress \
            and logs go to standard error. Exit status: 0 done, 1 failed, 64 wrong usage.

            Every flag may also come from the environment (--port as SWITCHYARD_PORT) or from a JSON \
            file given with --config ({"port": 8080}, or {"serve": {"port": 8080}} for one command \
            only). The command line goes before the environment, the environment before the file.
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Generate.self, Inspect.self, Pack.self, Quantize.self, Forward.self,
            Evaluate.self, Tokenize.self, Render.self,
        ])
}

/// Runs the program with the process's arguments; does not return.
package func runSwitchyard() {
    var given = FlagSources.Expanded(arguments: Array(CommandLine.arguments.dropFirst()))
    do {
        do {
            given = try FlagSources.expand(given.arguments)
        } catch {
            throw ValidationError("\(error)")
        }
        var command = try Switchyard.parseAsRoot(given.arguments)
        if let reader = command as? any ReadsFiles { try InputFiles.check(reader.inputs) }
        try command.run()
        try StandardOutput.check()
        Switchyard.exit()
    } catch {
        end(with: error, given)
    }
}

/// Prints what the argument parser makes of an error, or the help that was asked for, and exits.
private func end(with error: any Error, _ given: FlagSources.Expanded) -> Never {
    let code = Switchyard.exitCode(for: error)
    let text = Switchyard.fullMessage(for: error)
    if code.isSuccess {
        StandardOutput.line(text)
    } else if !text.isEmpty {
        // The message may hold what files and clients wrote; usage after it has lines of its own.
        let message = Switchyard.message(for: error)
        let shown = Terminal.message(given.explained(message))
        StandardError.write(text.replacing(message, with: shown, maxReplacements: 1) + "\n")
    }
    Glibc.exit(code.rawValue)
}
