import Models

/// What the machine calls itself, for tables.
enum MachineName {
    /// The kernel's name of the first CPU; `unknown` if it tells none.
    static var cpu: String {
        guard let bytes = try? FileText.read("/proc/cpuinfo", bytesMax: 1 << 20) else {
            return "unknown"
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        func value(_ key: String) -> Substring? {
            lines.first { $0.hasPrefix(key) }?.split(separator: ":").last?.drop { $0 == " " }
        }
        let name = value("model name").map(String.init) ?? "unknown"
        guard let family = value("cpu family"), let model = value("model\t") else { return name }
        return "\(name) (family \(family), model \(model))"
    }
}
