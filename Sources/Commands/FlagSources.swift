import API
import ArgumentParser
import JSON
import Models

/// Flags from the environment and from a file: what the command line leaves open is looked up as
/// `SWITCHYARD_PORT` (for `--port`), then as the key `port` of the JSON file that `--config` names.
enum FlagSources {
    /// Arguments with what the other sources add.
    struct Expanded {
        var arguments: [String]
        /// The command that runs, if there is one of that name.
        var command: String?
        /// The file of `--config`, if there is one.
        var configuration: String?
        /// Where the added flags come from, by their names.
        var origins: [String: String] = [:]

        /// A message of the argument parser; of a flag that was added it says from where.
        func explained(_ message: String) -> String {
            let flag = origins.keys.sorted().first { message.contains("'--\($0) ") }
            guard let flag, let origin = origins[flag] else { return message }
            return "\(message) (--\(flag) is from \(origin))"
        }
    }

    /// The arguments with what the other sources add. `environment` is the process's; a variable that
    /// is empty counts as one that is not set.
    static func expand(
        _ arguments: [String], environment: [String: String] = Environment.flags
    ) throws -> Expanded {
        var result = given(arguments)
        let environment = environment.filter { !$0.value.isEmpty }
        let path = try takeConfiguration(&result.arguments) ?? environment[configVariable]
        result.configuration = path
        let known = try KnownFlags()
        guard let place = result.arguments.firstIndex(where: { !$0.hasPrefix("-") }),
            !isHelpAsked(result.arguments)
        else { return result }
        let command = result.arguments[place]
        if command == "help" {
            let subject = result.arguments[(place + 1)...].first { !$0.hasPrefix("-") }
            if let subject, subject != "help" { _ = try known.flags(of: subject) }
            return result
        }
        let flags = try known.flags(of: command)
        try check(environment, command, known)
        let file = try path.map { try ConfigurationFile($0) }
        try file?.check(command, known)
        var added: [String] = []
        for flag in flags where !isGiven(flag, in: result.arguments) {
            let variable = environment[flag.variable]
            let argument =
                try variable.map { try flag.argument($0, in: flag.variable) }
                ?? file?.argument(flag, of: command)
            guard let argument else { continue }
            added.append(argument)
            result.origins[flag.name] = variable == nil ? file?.path : flag.variable
        }
        // Before the command's own arguments, of which the last may be texts after `--`.
        result.arguments.insert(contentsOf: added, at: place + 1)
        return result
    }

    /// Whether the command is probably `serve`, before anything is read or checked.
    static func startsServer(_ arguments: [String]) -> Bool {
        let names = Switchyard.configuration.subcommands.map { $0._commandName }
        return arguments.first { names.contains($0) } == Serve._commandName
    }

    /// The arguments by themselves.
    static func given(_ arguments: [String]) -> Expanded {
        let names = Set(Switchyard.configuration.subcommands.map { $0._commandName })
        let first = arguments.first { !$0.hasPrefix("-") }
        return Expanded(
            arguments: arguments, command: first.flatMap { names.contains($0) ? $0 : nil })
    }

    private static let configVariable = KnownFlags.Flag.variablePrefix + "CONFIG"

    /// Throws for a variable that is a flag of no command: a mistake, not a wish to be ignored.
    private static func check(
        _ environment: [String: String], _ command: String, _ known: KnownFlags
    ) throws {
        func variables(_ flags: [KnownFlags.Flag]) -> [String] { flags.map(\.variable) }
        let ofCommand = variables(known.commands[command] ?? [])
        let all = Set(known.commands.values.flatMap(variables)).union([configVariable])
        for name in environment.keys.sorted() where !all.contains(name) {
            let near =
                Spelling.nearest(to: name, among: ofCommand)
                ?? Spelling.nearest(to: name, among: all.sorted())
            throw CommandError(
                "the environment has \(Spelling.shown(name)), which is no flag of any command"
                    + (near.map { "; did you mean \($0)?" } ?? "; unset it"))
        }
    }

    private static func isHelpAsked(_ arguments: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains { ["-h", "--help"].contains($0) }
    }

    private static func isGiven(_ flag: KnownFlags.Flag, in arguments: [String]) -> Bool {
        let name = "--" + flag.name
        return arguments.prefix { $0 != "--" }
            .contains { $0 == name || $0.hasPrefix(name + "=") }
    }

    /// Takes `--config FILE` off the arguments; returns the file.
    private static func takeConfiguration(_ arguments: inout [String]) throws -> String? {
        let end = arguments.firstIndex(of: "--") ?? arguments.count
        if let place = arguments[..<end].firstIndex(of: "--config") {
            guard place + 1 < end else { throw CommandError("--config needs a file") }
            let path = arguments[place + 1]
            arguments.removeSubrange(place...place + 1)
            return path
        }
        if let place = arguments[..<end].firstIndex(where: { $0.hasPrefix("--config=") }) {
            return String(arguments.remove(at: place).dropFirst("--config=".count))
        }
        return nil
    }
}

/// The file that `--config` names: flags by name, for the command that runs, and in an object under
/// a command's name for that command only.
struct ConfigurationFile {
    let path: String
    private let object: JSONObject

    init(_ path: String) throws {
        try InputFiles.check([path])
        let bytes = try FileText.read(path, bytesMax: 1 << 20)
        do throws(JSONError) {
            let value = try JSONParser.parse(bytes, refusesRepeatedKeys: true)
            guard let object = value.objectValue else {
                throw JSONError(offset: 0, message: "is not a JSON object")
            }
            self.path = path
            self.object = object
        } catch {
            let before = bytes.prefix(error.offset)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let column = String(decoding: before[start...], as: UTF8.self).count + 1
            throw CommandError("\(path), line \(line), column \(column): \(error.message)")
        }
    }

    /// Throws for what no command reads: a key that no flag has is a mistake, not a wish to be
    /// ignored.
    func check(_ command: String, _ known: KnownFlags) throws {
        for (key, value) in object {
            guard let flags = known.commands[key] else {
                try check(key, of: command, known, others: known.commands.keys.sorted())
                continue
            }
            guard let section = value.objectValue else {
                let example = flags.first.map { "{\"\($0.name)\": …}" } ?? "{}"
                throw CommandError(
                    "\(path): '\(key)' is \(shown(value)); give an object of its flags, like "
                        + example)
            }
            for name in section.keys { try check(name, of: key, known, others: []) }
        }
    }

    private func check(
        _ name: String, of command: String, _ known: KnownFlags, others: [String]
    ) throws {
        let names = known.commands[command]?.map(\.name) ?? []
        guard !names.contains(name) else { return }
        var hint = ""
        if let near = Spelling.nearest(to: name, among: names + others) {
            hint = "; did you mean '\(near)'?"
        } else if let owner = known.owner(of: name) {
            hint = "; it is one of '\(owner)', and belongs into an object of that name"
        }
        throw CommandError("\(path): '\(command)' has no flag '\(Spelling.shown(name))'\(hint)")
    }

    /// The argument for a flag of the command that runs; nil where the file says nothing.
    func argument(_ flag: KnownFlags.Flag, of command: String) throws -> String? {
        let section = object[command]?.objectValue
        guard let value = section?[flag.name] ?? object[flag.name], !value.isNull else {
            return nil
        }
        return try flag.argument(value, in: "\(path): '\(flag.name)'")
    }

    private func shown(_ value: JSONValue) -> String {
        Spelling.shown(JSONWriter.string(value))
    }
}

/// The flags there are, as the argument parser describes them.
struct KnownFlags {
    struct Flag {
        static let variablePrefix = "SWITCHYARD_"

        let name: String
        let takesValue: Bool

        var variable: String {
            Self.variablePrefix + name.uppercased().replacing("-", with: "_")
        }

        /// The flag as an argument with a variable's value; nil for one that is switched off.
        func argument(_ value: String, in variable: String) throws -> String? {
            if takesValue { return "--\(name)=\(value)" }
            switch value.lowercased() {
            case "true", "1", "yes", "on": return "--" + name
            case "false", "0", "no", "off": return nil
            default:
                throw CommandError("\(variable) is '\(Spelling.shown(value))': give true or false")
            }
        }

        /// The flag as an argument with the value that `place` has; nil for one that is switched off.
        func argument(_ value: JSONValue, in place: String) throws -> String? {
            let text = value.stringValue ?? JSONWriter.string(value)
            if takesValue, value.stringValue != nil || value.doubleValue != nil {
                return "--\(name)=\(text)"
            }
            if !takesValue, let isOn = value.boolValue { return isOn ? "--" + name : nil }
            let allowed = takesValue ? "a text or a number" : "true or false, without quotes"
            throw CommandError("\(place) is '\(Spelling.shown(text))': give \(allowed)")
        }
    }

    /// The flags of each command.
    let commands: [String: [Flag]]

    init() throws {
        let description = try JSONParser.parse(Switchyard._dumpHelp())
        var commands: [String: [Flag]] = [:]
        for command in description["command"]?["subcommands"]?.arrayValue ?? [] {
            guard let name = command["commandName"]?.stringValue, name != "help" else { continue }
            commands[name] = (command["arguments"]?.arrayValue ?? []).compactMap(Self.flag)
        }
        self.commands = commands
    }

    private static func flag(_ argument: JSONValue) -> Flag? {
        let names = argument["names"]?.arrayValue ?? []
        let long = names.first { $0["kind"]?.stringValue == "long" }?["name"]?.stringValue
        guard let kind = argument["kind"]?.stringValue, let long, kind != "positional",
            long != "help", long != "version"
        else { return nil }
        return Flag(name: long, takesValue: kind == "option")
    }

    /// The flags of a command; throws if there is none of that name.
    func flags(of command: String) throws -> [Flag] {
        if let flags = commands[command] { return flags }
        let near = Spelling.nearest(to: command, among: commands.keys.sorted())
        throw CommandError(
            "there is no command '\(Spelling.shown(command))'"
                + (near.map { "; did you mean '\($0)'?" } ?? ""))
    }

    /// A command that has the flag.
    func owner(of name: String) -> String? {
        commands.keys.sorted().first { command in
            commands[command]?.contains { $0.name == name } ?? false
        }
    }
}
