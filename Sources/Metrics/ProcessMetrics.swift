import Glibc

/// What the kernel knows about this process, under the names Prometheus' clients use.
package enum ProcessMetrics {
    /// Registers memory, processor time, open files and the start time. Values that the kernel
    /// does not tell are left out.
    package static func register(in registry: Registry) {
        registry.register(
            CallbackMetric(
                "process_resident_memory_bytes", help: "Resident memory.",
                read: { status("VmRSS").map { Double($0) * 1024 } }),
            CallbackMetric(
                "process_resident_memory_peak_bytes",
                help: "The most memory that was resident since the start.",
                read: { status("VmHWM").map { Double($0) * 1024 } }),
            CallbackMetric(
                "process_virtual_memory_bytes", help: "Virtual memory.",
                read: { status("VmSize").map { Double($0) * 1024 } }),
            CallbackMetric(
                "process_cpu_seconds_total", kind: .counter,
                help: "Processor time in user and system mode.", read: processorSeconds),
            CallbackMetric(
                "process_open_fds", help: "Open file descriptors.",
                read: { openFiles().map(Double.init) }),
            CallbackMetric(
                "process_max_fds", help: "The most file descriptors this process may have open.",
                read: filesMax),
            CallbackMetric(
                "process_threads", help: "Threads.",
                read: { status("Threads").map(Double.init) }),
            CallbackMetric(
                "process_start_time_seconds",
                help: "When the process started, in seconds since 1970.", read: startSeconds))
    }

    /// The number in a line `name: 123 kB` of `/proc/self/status`.
    private static func status(_ name: String) -> Int? {
        guard let text = read("/proc/self/status") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
            let digits = line.utf8.drop { !(0x30...0x39).contains($0) }
                .prefix { (0x30...0x39).contains($0) }
            return Int(Substring(digits))
        }
        return nil
    }

    private static func processorSeconds() -> Double? {
        var usage = rusage()
        guard unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return nil }
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
        return Double(seconds) + Double(microseconds) * 1e-6
    }

    private static func openFiles() -> Int? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // Not `.`, `..` and the folder being read.
        return max(0, count - 3)
    }

    private static func filesMax() -> Double? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return nil
        }
        return Double(limit.rlim_cur)
    }

    /// Boot time plus the 22nd field of `/proc/self/stat`, in ticks since boot (proc(5)).
    private static func startSeconds() -> Double? {
        guard let stat = read("/proc/self/stat"), let end = stat.lastIndex(of: ")"),
            let kernel = read("/proc/stat")
        else { return nil }
        // The second field, the name, may hold spaces; the third follows its bracket.
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        let prefix = "btime "
        guard fields.count > 19, let ticks = Double(fields[19]),
            let line = kernel.split(separator: "\n").first(where: { $0.hasPrefix(prefix) }),
            let boot = Double(line.dropFirst(prefix.count))
        else { return nil }
        return boot + ticks / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }

    /// A small file of the kernel's as text; at most 1 MiB of it.
    private static func read(_ path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while bytes.count < 1 << 20 {
            // SAFETY: the pointer and the count are one array's; neither leaves the closure.
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress, buffer.count)
            }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
