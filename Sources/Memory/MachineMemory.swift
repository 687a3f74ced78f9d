import Glibc

/// How much memory this process may use.
package enum MachineMemory {
    /// The machine's memory in bytes, or the smallest limit of the control groups that the process
    /// is in, if that is less: a container's limit is one.
    package static var bytes: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return bytes(
            machine: machine, groups: smallFile("/proc/self/cgroup") ?? "", read: smallFile)
    }

    /// The machine's bytes, or the smallest limit of a process whose `/proc/self/cgroup` is `groups`,
    /// if that is less. `read` reads a file; nil if it cannot.
    static func bytes(machine: Int, groups: String, read: (String) -> String?) -> Int {
        limitFiles(groups: groups).compactMap { read($0).flatMap(limit) }.reduce(machine, min)
    }

    /// The files that may hold a limit for a process whose `/proc/self/cgroup` is `groups`
    /// (cgroups(7)): those of its group and of all above it, in both versions of control groups.
    static func limitFiles(groups: String) -> [String] {
        groups.split(separator: "\n").flatMap { line -> [String] in
            // number:controllers:path; version 2 has the number 0 and no controllers.
            let fields = line.split(
                separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].hasPrefix("/") else { return [] }
            let place: (root: String, file: String)
            if fields[0] == "0", fields[1].isEmpty {
                place = ("/sys/fs/cgroup", "memory.max")
            } else if fields[1].split(separator: ",").contains("memory") {
                place = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            } else {
                return []
            }
            var folders = [place.root]
            for name in fields[2].split(separator: "/") {
                folders.append(folders[folders.count - 1] + "/" + name)
            }
            return folders.map { $0 + "/" + place.file }
        }
    }

    /// The number in such a file; nil for `max`, and for none that is a limit.
    static func limit(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let bytes = Int(digits), bytes > 0 else { return nil }
        return bytes
    }

    /// At most 64 KiB of a file of the kernel's; nil if it cannot be read.
    private static func smallFile(_ path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        // SAFETY: the pointer and the count are one array's; neither leaves the closure.
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe read(file, buffer.baseAddress, buffer.count)
        }
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
