import Testing

@testable import Commands

/// Flags from the environment and from `--config`.
@Suite struct FlagSourcesTests {
    private func expand(
        _ arguments: [String], config: String? = nil, _ environment: [String: String] = [:]
    ) throws -> [String] {
        var folder = try TemporaryFolder()
        var arguments = arguments
        if let config {
            arguments += ["--config", try folder.write(config, to: "flags.json")]
        }
        return try FlagSources.expand(arguments) { environment[$0] }.arguments
    }

    @Test(
        "the command line goes before the environment, that before a section, that before the top")
    func order() throws {
        let config = #"{"port": 1, "host": "h", "quiet": true, "serve": {"port": 2, "name": "n"}}"#
        #expect(
            try expand(["serve", "--model", "m"], config: config)
                == ["serve", "--host=h", "--port=2", "--name=n", "--quiet", "--model", "m"])
        #expect(
            try expand(["serve", "--name=x"], config: config, ["SWITCHYARD_PORT": "3"])
                == ["serve", "--host=h", "--port=3", "--quiet", "--name=x"])
        #expect(
            try expand(
                ["serve"], ["SWITCHYARD_QUIET": "no", "SWITCHYARD_STEP_TOKENS": "64"])
                == ["serve", "--step-tokens=64"])
        #expect(try expand(["serve"], config: #"{"quiet": false, "port": null}"#) == ["serve"])
        let quiet = #"{"quiet": true}"#
        #expect(
            try expand(["serve"], config: quiet, ["SWITCHYARD_QUIET": "off"]) == ["serve"])
    }

    @Test("what stands behind -- is no flag") func terminator() throws {
        #expect(
            try expand(["generate", "--model", "m", "--", "--seed"], ["SWITCHYARD_SEED": "4"])
                == ["generate", "--seed=4", "--model", "m", "--", "--seed"])
        #expect(
            try FlagSources.expand(["generate", "--", "--config", "x"]) { _ in nil }.arguments
                == ["generate", "--", "--config", "x"])
    }

    @Test("a flag of another command is taken in that command's object only") func sections() throws
    {
        let config = #"{"serve": {"port": 1}, "threads": 2, "eval": {"chunk": 4}}"#
        #expect(try expand(["inspect"], config: #"{"serve": {"port": 1}}"#) == ["inspect"])
        #expect(try expand(["eval"], config: config) == ["eval", "--threads=2", "--chunk=4"])
    }

    @Test(
        "what no command reads is refused by name",
        arguments: [
            (#"{"pors": 1}"#, "'serve' has no flag 'pors'; did you mean 'port'?"),
            (#"{"step_tokens": 64}"#, "did you mean 'step-tokens'?"),
            (#"{"serv": {"port": 1}}"#, "'serve' has no flag 'serv'; did you mean 'serve'?"),
            (#"{"chunk": 4}"#, "it is one of 'eval', and belongs into an object of that name"),
            (#"{"zzzzzz": 1}"#, "'serve' has no flag 'zzzzzz'"),
            (#"{"serve": {"pors": 1}}"#, "'serve' has no flag 'pors'; did you mean 'port'?"),
            (#"{"serve": {"chunk": 4}}"#, "'serve' has no flag 'chunk'; it is one of 'eval'"),
            (#"{"eval": {"chunck": 4}}"#, "'eval' has no flag 'chunck'; did you mean 'chunk'?"),
            (#"{"config": "x"}"#, "'serve' has no flag 'config'"),
            (#"{"help": true}"#, "'serve' has no flag 'help'"),
            (#"{"a\u001b[31m": 1}"#, "'serve' has no flag 'a\u{FFFD}[31m'"),
            (#"{"serve": 5}"#, "'serve' is 5; give an object of its flags"),
            (#"{"eval": null}"#, "'eval' is null; give an object of its flags"),
            (#"{"port": [1]}"#, "'port' is '[1]': give a text or a number"),
            (#"{"name": {"a": 1}}"#, #"'name' is '{"a":1}': give a text or a number"#),
            (#"{"name": true}"#, "'name' is 'true': give a text or a number"),
            (#"{"quiet": "maybe"}"#, "'quiet' is 'maybe': give true or false"),
            (#"{"quiet": 5}"#, "'quiet' is '5': give true or false"),
            ("[1]", "line 1, column 1: is not a JSON object"),
            ("{\n  \"port\": 1,\n  \"ü\": x\n}", "line 3, column 8: "),
            ("", "line 1, column 1: "),
        ])
    func refused(config: String, words: String) throws {
        let error = #expect(throws: CommandError.self) { try expand(["serve"], config: config) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        #expect(error?.description.contains("flags.json") == true)
    }

    @Test("a variable that is neither on nor off is refused by name") func variables() throws {
        let error = #expect(throws: CommandError.self) {
            try expand(["serve"], ["SWITCHYARD_QUIET": "maybe"])
        }
        #expect(error?.description == "SWITCHYARD_QUIET is 'maybe': give true or false")
    }

    @Test("a refusal says where a flag comes from that nobody typed") func origins() throws {
        var folder = try TemporaryFolder()
        let path = try folder.write(#"{"threads": 0, "host": "h"}"#, to: "flags.json")
        let given = try FlagSources.expand(["serve", "--config", path, "--host", "x"]) {
            $0 == "SWITCHYARD_PORT" ? "x" : nil
        }
        #expect(given.origins == ["port": "SWITCHYARD_PORT", "threads": path])
        #expect(
            given.explained("The value '0' is invalid for '--threads <threads>': give 1")
                == "The value '0' is invalid for '--threads <threads>': give 1 (--threads is from "
                + "\(path))")
        #expect(given.explained("'--host <host>'") == "'--host <host>'")
    }

    @Test("a file that is missing is named, with the one that was meant") func missing() throws {
        var folder = try TemporaryFolder()
        try folder.write("{}", to: "flags.json")
        let path = folder.path
        let error = #expect(throws: CommandError.self) {
            try FlagSources.expand(["serve", "--config", path + "/Flags.json"]) { _ in nil }
        }
        #expect(error?.description.contains("did you mean \(path)/flags.json?") == true)
        #expect(throws: CommandError.self) {
            try FlagSources.expand(["serve", "--config"]) { _ in nil }
        }
    }
}
