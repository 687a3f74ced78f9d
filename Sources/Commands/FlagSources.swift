import ArgumentParser
import Glibc
import JSON
import Models

/// Flags from the environment and from a file: what the command line leaves open is looked up as
/// `SWITCHYARD_PORT` (for `--port`), then as the key `port` of the JSON file that `--config` names.
enum FlagSources {
    /// The arguments with what the other sources add.
    static func expand(_ arguments: [String]) throws -> [String] {
        var arguments = arguments
        let file = try takeConfiguration(&arguments)
        guard let name = arguments.first(where: { !$0.hasPrefix("-") }),
            let command = try commands()[name]
        else { return arguments }
        let known = try options(of: command)
        if let file { try checkKeys(file, name, known) }
        for option in known {
            let flag = "--" + option.name
            guard !arguments.contains(where: { $0 == flag || $0.hasPrefix(flag + "=") }) else {
                continue
            }
            let section = file?[name]?.objectValue
            let value =
                environment(option.name) ?? text(section?[option.name] ?? file?[option.name])
            guard let value else { continue }
            if option.takesValue {
                arguments.append("\(flag)=\(value)")
            } else if ["1", "true", "yes", "on"].contains(value.lowercased()) {
                arguments.append(flag)
            }
        }
        return arguments
    }

    private struct Option {
        let name: String
        let takesValue: Bool
    }

    /// Takes `--config FILE` off the arguments and reads the file.
    private static func takeConfiguration(_ arguments: inout [String]) throws -> JSONObject? {
        var path = environment("config")
        if let place = arguments.firstIndex(of: "--config") {
            guard place + 1 < arguments.count else { throw CommandError("--config needs a file") }
            path = arguments[place + 1]
            arguments.removeSubrange(place...place + 1)
        } else if let place = arguments.firstIndex(where: { $0.hasPrefix("--config=") }) {
            path = String(arguments[place].dropFirst("--config=".count))
            arguments.remove(at: place)
        }
        guard let path else { return nil }
        do {
            let json = try JSONParser.parse(FileText.read(path, bytesMax: 1 << 20))
            guard let object = json.objectValue else {
                throw CommandError("\(path): is not a JSON object")
            }
            return object
        } catch let error as JSONError {
            throw CommandError("\(path): \(error)")
        }
    }

    /// A key that no flag has is a mistake, not a wish to be ignored.
    private static func checkKeys(_ file: JSONObject, _ command: String, _ known: [Option]) throws {
        let names = Set(known.map(\.name))
        for key in (file[command]?.objectValue ?? JSONObject()).keys where !names.contains(key) {
            throw CommandError("--config: '\(command)' has no flag '\(key)'")
        }
    }

    private static func environment(_ name: String) -> String? {
        let variable = "SWITCHYARD_" + name.uppercased().replacing("-", with: "_")
        return unsafe getenv(variable).map { unsafe String(cString: $0) }
    }

    private static func text(_ value: JSONValue?) -> String? {
        guard let value, !value.isNull else { return nil }
        return value.stringValue ?? JSONWriter.string(value)
    }

    /// The subcommands by name, as the argument parser describes them.
    private static func commands() throws -> [String: JSONValue] {
        let description = try JSONParser.parse(Switchyard._dumpHelp())
        var result: [String: JSONValue] = [:]
        for command in description["command"]?["subcommands"]?.arrayValue ?? [] {
            if let name = command["commandName"]?.stringValue { result[name] = command }
        }
        return result
    }

    private static func options(of command: JSONValue) throws -> [Option] {
        (command["arguments"]?.arrayValue ?? []).compactMap { argument in
            let names = argument["names"]?.arrayValue ?? []
            let long = names.first { $0["kind"]?.stringValue == "long" }?["name"]?.stringValue
            guard let kind = argument["kind"]?.stringValue, let long, kind != "positional",
                long != "help", long != "version"
            else { return nil }
            return Option(name: long, takesValue: kind == "option")
        }
    }
}
