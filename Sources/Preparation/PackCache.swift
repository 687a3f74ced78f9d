import Checkpoints
package import Compute
import Glibc
import Memory
package import Models

/// Where packs made on first load are kept: `$XDG_CACHE_HOME/switchyard`, keyed by everything that
/// went into them, so that a changed checkpoint or option makes a new one.
package enum PackCache {
    /// Checkpoints smaller than this load faster than a pack is found.
    package static let sourceBytesMin = 64 << 20

    /// Raised when the same source and options come to give other weights.
    private static let preparation = "4"

    /// What changes with everything that prepared weights depend on; nil if a file is gone.
    ///
    /// - calibration: the text of `--calibration`; empty for the program's own.
    package static func key(
        for source: ModelSource, _ scheme: WeightScheme, splitExperts: Int?, calibration: String,
        layout: String
    ) -> String? {
        var key = FNV1a()
        key.add(PackFile.version + preparation + layout + scheme.description)
        key.add("split \(splitExperts ?? 0)")
        key.add(calibration)
        for path in sourceFiles(source) {
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return nil }
            key.add("\(path) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)")
        }
        let digits = String(key.value, radix: 16)
        let padding = String(repeating: "0", count: 16 - digits.count)
        return padding + digits
    }

    private static func sourceFiles(_ source: ModelSource) -> [String] {
        guard case .catalog(let catalog) = source.weights else { return [source.path] }
        var paths = Set(catalog.stored.map { $0.file.path })
        // A split GGUF model's first part may hold metadata alone.
        if source.form == .gguf { paths.insert(source.path) }
        if source.form == .folder {
            paths.insert(source.configurationFile)
            for name in ModelFiles.names(in: source.path) {
                paths.insert(source.path + "/" + name)
            }
        }
        return paths.sorted()
    }

    /// The folder that packs are kept in: the given one or the user's. Made if it is not there,
    /// private to the user; nil if there is none that can be written.
    package static func folder(_ given: String?) -> String? {
        guard let given else { return usersFolder }
        if unsafe mkdir(given, 0o700) != 0 && errno != EEXIST { return nil }
        return isWritable(given) ? given : nil
    }

    private static var usersFolder: String? {
        let base: String
        if let cache = unsafe getenv("XDG_CACHE_HOME"), unsafe cache[0] != 0 {
            base = unsafe String(cString: cache)
        } else if let home = unsafe getenv("HOME"), unsafe home[0] != 0 {
            base = unsafe String(cString: home) + "/.cache"
        } else {
            return nil
        }
        let folder = base + "/switchyard"
        for path in [base, folder] {
            if unsafe mkdir(path, 0o700) != 0 && errno != EEXIST { return nil }
        }
        return isWritable(folder) ? folder : nil
    }

    private static func isWritable(_ folder: String) -> Bool {
        var status = stat()
        return unsafe stat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            && access(folder, W_OK | X_OK) == 0
    }

    /// Keeps other processes from packing into a folder meanwhile; ends with the process at last.
    package struct Lock: Sendable {
        private let descriptor: Int32

        /// Waits for others, after calling `waiting`; nil where the folder cannot be locked.
        package init?(_ folder: String, waiting: () -> Void) {
            descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            if errno == EWOULDBLOCK {
                waiting()
                while true {
                    if flock(descriptor, LOCK_EX) == 0 { return }
                    if errno != EINTR { break }
                }
            }
            close(descriptor)
            return nil
        }

        package func release() { close(descriptor) }
    }
}

/// FNV-1a with 64 bits: keys of files that nobody else may write.
private struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 {
            value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        // A terminator, so that "ab", "c" and "a", "bc" differ.
        value = (value ^ 0xff) &* 0x100_0000_01b3
    }
}
