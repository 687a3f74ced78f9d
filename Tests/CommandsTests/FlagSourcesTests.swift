import TestSupport
import Testing

@testable import Commands

/// Flags from the environment and from `--config`.
@Suite struct FlagSourcesTests {
    private func expand(
        _ arguments: [String], config: String? = nil, _ environment: [String: String] = [:]
    ) throws -> [String] {
        let folder = try TemporaryFolder()
        var arguments = arguments
        if let config {
            arguments += ["--config", try folder.write(config, to: "flags.json")]
        }
        return try FlagSources.expand(arguments, environment: environment).arguments
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
            try expand(["generate", "--", "--config", "x"])
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
            (#"{"quiet": "yes"}"#, "'quiet' is 'yes': give true or false, without quotes"),
            (#"{"quiet": 1}"#, "'quiet' is '1': give true or false, without quotes"),
            (#"{"port": 1, "port": 2}"#, "line 1, column 13: the key 'port' occurs twice"),
            (#"{"serve": {"port": 1, "p\u006frt": 2}}"#, "the key 'port' occurs twice"),
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

    @Test(
        "a variable that is a flag of no command is refused by name",
        arguments: [
            ("SWITCHYARD_PROT", "; did you mean SWITCHYARD_PORT?"),
            ("SWITCHYARD_STEP-TOKENS", "; did you mean SWITCHYARD_STEP_TOKENS?"),
            ("SWITCHYARD_CONFIGS", "; did you mean SWITCHYARD_CONFIG?"),
            ("SWITCHYARD_CHUNKZ", "; did you mean SWITCHYARD_CHUNK?"),
            ("SWITCHYARD_", "which is no flag of any command"),
            ("SWITCHYARD_FROBNICATE", "; unset it"),
            ("SWITCHYARD_A\u{1B}[31m", "SWITCHYARD_A\u{FFFD}[31m, which"),
        ])
    func unknownVariables(name: String, words: String) throws {
        let error = #expect(throws: CommandError.self) { try expand(["serve"], [name: "1"]) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        #expect(try expand(["serve"], [name: ""]) == ["serve"])
        #expect(try expand(["serve", "--help"], [name: "1"]) == ["serve", "--help"])
        #expect(try expand(["--version"], [name: "1"]) == ["--version"])
    }

    @Test("one environment serves several commands, and what is empty is not set")
    func sharedEnvironment() throws {
        let environment = ["SWITCHYARD_CHUNK": "9", "SWITCHYARD_PORT": "", "SWITCHYARD_QUIET": ""]
        #expect(try expand(["serve"], environment) == ["serve"])
        #expect(
            try expand(["serve"], config: #"{"port": 7}"#, environment) == ["serve", "--port=7"])
        #expect(try expand(["eval"], environment) == ["eval", "--chunk=9"])
    }

    @Test(
        "what Kubernetes sets for a service is none of ours",
        arguments: [
            ("SWITCHYARD_SERVICE_HOST", "10.0.0.1", true),
            ("SWITCHYARD_SERVICE_PORT", "8080", true),
            ("SWITCHYARD_SERVICE_PORT_HTTP", "8080", true),
            ("SWITCHYARD_PORT", "tcp://10.0.0.1:8080", true),
            ("SWITCHYARD_PORT_8080_TCP", "tcp://10.0.0.1:8080", true),
            ("SWITCHYARD_PORT_8080_TCP_PROTO", "tcp", true),
            ("SWITCHYARD_PORT_8080_TCP_PORT", "8080", true),
            ("SWITCHYARD_PORT_8080_TCP_ADDR", "10.0.0.1", true),
            ("SWITCHYARD_API_SERVICE_HOST", "10.0.0.1", true),
            ("SWITCHYARD_API_PORT", "udp://10.0.0.1:8080", true),
            ("SWITCHYARD_PORT", "8080", false), ("SWITCHYARD_HOST", "0.0.0.0", false),
            ("SWITCHYARD_PORT_8080", "x", false), ("SWITCHYARD_NAME", "tcp://x", false),
        ])
    func services(name: Substring, value: Substring, isService: Bool) {
        #expect(ServiceVariable.matches(name, value) == isService)
    }

    @Test("a refusal says where a flag comes from that nobody typed") func origins() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(#"{"threads": 0, "host": "h"}"#, to: "flags.json")
        let given = try FlagSources.expand(
            ["serve", "--config", path, "--host", "x"], environment: ["SWITCHYARD_PORT": "x"])
        #expect(given.origins == ["port": "SWITCHYARD_PORT", "threads": path])
        #expect(
            given.explained("The value '0' is invalid for '--threads <threads>': give 1")
                == "The value '0' is invalid for '--threads <threads>': give 1 (--threads is from "
                + "\(path))")
        #expect(given.explained("'--host <host>'") == "'--host <host>'")
    }

    @Test("a file that is missing is named, with the one that was meant") func missing() throws {
        let folder = try TemporaryFolder()
        try folder.write("{}", to: "flags.json")
        let path = folder.path
        let error = #expect(throws: CommandError.self) {
            try expand(["serve", "--config", path + "/Flags.json"])
        }
        #expect(error?.description.contains("did you mean \(path)/flags.json?") == true)
        #expect(throws: CommandError.self) {
            try expand(["serve", "--config"])
        }
    }

    @Test("help on a command that there is none of is refused with a hint") func help() throws {
        let error = #expect(throws: CommandError.self) {
            try FlagSources.expand(["help", "srve"], environment: [:])
        }
        #expect(error?.description == "there is no command 'srve'; did you mean 'serve'?")
        for arguments in [["help"], ["help", "serve"], ["help", "help"]] {
            #expect(try FlagSources.expand(arguments, environment: [:]).arguments == arguments)
        }
    }

    @Test("a server is known before its flags are read") func server() {
        #expect(FlagSources.startsServer(["--config", "file", "serve", "--model", "m"]))
        #expect(!FlagSources.startsServer(["generate", "serve"]) && !FlagSources.startsServer([]))
    }
}
