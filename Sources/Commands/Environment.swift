@unsafe @preconcurrency import Glibc

/// The variables that the process was started with.
enum Environment {
    /// Those that may be flags, by name; what Kubernetes sets is left out.
    static var flags: [String: String] {
        var found: [String: String] = [:]
        // SAFETY: nothing in this process changes the environment; the list ends with a null.
        var place = unsafe environ
        while let entry = unsafe place.pointee {
            unsafe place += 1
            let text = unsafe String(cString: entry)
            guard text.hasPrefix(KnownFlags.Flag.variablePrefix),
                let equals = text.firstIndex(of: "=")
            else { continue }
            let (name, value) = (text[..<equals], text[text.index(after: equals)...])
            if !ServiceVariable.matches(name, value) { found[String(name)] = String(value) }
        }
        return found
    }
}
