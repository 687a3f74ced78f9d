import Glibc

/// The process's file descriptors: every connection takes one.
package enum Descriptors {
    /// Raises the soft limit to the hard limit and returns how many more descriptors can be opened,
    /// minus some for files and for what libraries may need.
    package static func available() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return .max
        }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        return Int(clamping: limit.rlim_cur) - max(open.count, 64) - spare
    }

    private static let spare = 16

    /// Descriptors that are open now.
    static var open: [Int32] {
        guard let folder = unsafe opendir("/proc/self/fd") else { return [] }
        defer { unsafe closedir(folder) }
        var descriptors: [Int32] = []
        while let entry = unsafe readdir(folder) {
            // The name is in the bytes after the fixed fields.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
            }
            if let descriptor = Int32(name) { descriptors.append(descriptor) }
        }
        return descriptors
    }
}

extension NetworkLimits {
    /// Lowers the numbers of connections to the available descriptors, but leaves at least one of
    /// each kind.
    package mutating func fit(descriptors: Int) {
        connectionsReserved = max(1, min(connectionsReserved, descriptors / 4))
        connectionsMax = max(1, min(connectionsMax, descriptors - connectionsReserved))
    }
}
