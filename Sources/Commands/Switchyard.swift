import ArgumentParser

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
            file given with --config ({"port": 8080}, or {"serve": {"port": 8080}}). The command \
            line goes before the environment, the environment before the file.
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Generate.self, Inspect.self, Pack.self, Quantize.self, Forward.self,
            Evaluate.self, Tokenize.self, Render.self,
        ])
}

/// Runs the program with the process's arguments; does not return.
package func runSwitchyard() {
    do {
        Switchyard.main(try FlagSources.expand(Array(CommandLine.arguments.dropFirst())))
    } catch {
        StandardError.line("Error: \(error)")
        Switchyard.exit(withError: ExitCode.validationFailure)
    }
}
