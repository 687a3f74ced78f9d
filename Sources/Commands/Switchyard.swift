import ArgumentParser
import Glibc

/// The program: one subcommand a file.
struct Switchyard: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchyard",
        abstract: "Serves Mixture-of-Experts language models in INT8.",
        discussion: """
            EXAMPLES
              switchyard serve --model models/tiny
              switchyard inspect --model models/tiny
              echo '{"text":"Hello"}' | switchyard tokenize --model models/tiny

            Scripts read JSON Lines on standard input and write them to standard output; progress \
            and logs go to standard error. Exit status: 0 done, 1 failed, 64 wrong usage; a \
            signal that ends a command leaves no part of a file (130 for Ctrl-C, 143 for SIGTERM).

            Every flag may also come from the environment (--port as SWITCHYARD_PORT) or from a JSON \
            file given with --config ({"port": 8080}, or {"serve": {"port": 8080}} for one command \
            only). The command line goes before the environment, the environment before the file; \
            what no command knows is refused.
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Generate.self, Inspect.self, Pack.self, Quantize.self, Forward.self,
            Evaluate.self, Tokenize.self, Render.self, Health.self,
        ])
}

/// Runs the program with the process's arguments; does not return.
package func runSwitchyard() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    // It asks a server to read its keys again, which must not end one that has just been started.
    if FlagSources.startsServer(arguments) { signal(SIGHUP, SIG_IGN) }
    var given = FlagSources.given(arguments)
    do {
        do {
            given = try FlagSources.expand(given.arguments)
        } catch {
            throw ValidationError("\(error)")
        }
        var command = try Switchyard.parseAsRoot(given.arguments)
        if !(command is Serve) { try Interruption.watch() }
        if let reader = command as? any ReadsFiles { try InputFiles.check(reader.inputs) }
        if let writer = command as? any WritesFile, let path = writer.written {
            try OutputFile.check(
                path, reading: writer.inputs + [given.configuration, "/dev/stdin"])
        }
        try command.run()
        try StandardOutput.check()
        Switchyard.exit()
    } catch {
        end(with: error, given)
    }
}

/// Prints an error, or the help that was asked for, and exits.
private func end(with error: any Error, _ given: FlagSources.Expanded) -> Never {
    let code = Switchyard.exitCode(for: error)
    let message = Switchyard.message(for: error)
    let help = code.isSuccess ? Switchyard.fullMessage(for: error) : ""
    if !help.isEmpty {
        StandardOutput.line(help)
        do {
            try StandardOutput.check()
        } catch {
            StandardError.error("\(error)")
            Glibc.exit(ExitCode.failure.rawValue)
        }
    } else if !message.isEmpty {
        StandardError.error(given.explained(message))
    }
    if code == .validationFailure {
        let command = given.command.map { " " + $0 } ?? ""
        StandardError.line("'switchyard\(command) --help' shows how it is used")
    }
    Glibc.exit(code.rawValue)
}
