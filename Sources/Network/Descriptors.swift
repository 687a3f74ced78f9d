import Glibc

/// The process's file descriptors: every connection takes one.
package enum Descriptors {
    /// Raises the soft limit to the hard one and returns how many more can be opened, less some for
    /// files and what a library may need.
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
        return Int(clamping: limit.rlim_cur) - open - spare
    }

    private static let spare = 16

    /// Descriptors that are open now.
    private static var open: Int {
        guard let folder = unsafe opendir("/proc/self/fd") else { return 64 }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return count
    }
}

extension NetworkLimits {
    /// Lowers the numbers of connections to what there are descriptors for; at least one of each
    /// kind stays.
    package mutating func fit(descriptors: Int) {
        connectionsReserved = max(1, min(connectionsReserved, descriptors / 4))
        connectionsMax = max(1, min(connectionsMax, descriptors - connectionsReserved))
    }
}
