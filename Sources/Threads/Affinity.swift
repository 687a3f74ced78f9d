import Glibc

/// Which cores threads may run on. Swift's `Glibc` module hides the GNU functions for it, so they
/// are looked up by name in the loaded C library.
package enum Affinity {
    /// The cores that the calling thread may run on, ascending; empty if the kernel does not say.
    package static var allowedCores: [Int] {
        // int sched_getaffinity(pid_t, size_t, cpu_set_t *)
        typealias Get = @convention(c) (pid_t, Int, UnsafeMutablePointer<UInt64>) -> Int32
        guard let get = unsafe function("sched_getaffinity", as: Get.self) else { return [] }
        var set = CoreSet()
        let code = unsafe set.words.withUnsafeMutableBufferPointer { words in
            guard let base = words.baseAddress else { return EINVAL }
            return unsafe get(0, CoreSet.bytes, base)
        }
        return code == 0 ? set.cores : []
    }

    /// Keeps the calling thread on one core.
    package static func pinCurrentThread(to core: Int) throws(ThreadError) {
        // int pthread_setaffinity_np(pthread_t, size_t, const cpu_set_t *)
        typealias Pin = @convention(c) (pthread_t, Int, UnsafePointer<UInt64>) -> Int32
        let operation = "pin a thread to core \(core)"
        guard let pin = unsafe function("pthread_setaffinity_np", as: Pin.self) else {
            throw ThreadError(operation: operation, code: ENOSYS)
        }
        guard let set = CoreSet(core) else {
            throw ThreadError(operation: operation, code: EINVAL)
        }
        let code = unsafe set.words.withUnsafeBufferPointer { words in
            guard let base = words.baseAddress else { return EINVAL }
            return unsafe pin(pthread_self(), CoreSet.bytes, base)
        }
        guard code == 0 else { throw ThreadError(operation: operation, code: code) }
    }

    /// SAFETY: `type` must be the function's C signature.
    @unsafe private static func function<Function>(
        _ name: String, as type: Function.Type
    ) -> Function? {
        unsafe dlsym(nil, name).map { unsafe unsafeBitCast($0, to: type) }
    }
}

/// A `cpu_set_t`: one bit for each core.
private struct CoreSet {
    static let coresMax = 1024
    static let bytes = coresMax / 8
    var words = [UInt64](repeating: 0, count: coresMax / 64)

    init() {}

    init?(_ core: Int) {
        guard core >= 0, core < Self.coresMax else { return nil }
        words[core / 64] = 1 << UInt64(core % 64)
    }

    var cores: [Int] {
        (0..<Self.coresMax).filter { words[$0 / 64] & (1 << UInt64($0 % 64)) != 0 }
    }
}
