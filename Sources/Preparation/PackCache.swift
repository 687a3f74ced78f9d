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
    private static let preparation = "3"

    /// The path of the pack for a source and scheme; nil where no cache folder can be had.
    ///
    /// - calibration: the text of `--calibration`; empty for the program's own.
    package static func path(
        for source: ModelSource, _ scheme: WeightScheme, splitExperts: Int?, calibration: String,
        layout: String
    ) -> String? {
        let key = key(
            for: source, scheme, splitExperts: splitExperts, calibration: calibration,
            layout: layout)
        guard let folder, let key else { return nil }
        return "\(folder)/\(source.name)-\(key).switchyard"
    }

    /// What changes with everything that prepared weights depend on; nil where a file is gone.
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
        if source.form == .folder {
            paths.insert(source.configurationFile)
            for name in ModelFiles.names(in: source.path) {
                paths.insert(source.path + "/" + name)
            }
        }
        return paths.sorted()
    }

    /// Made on demand, private to the user.
    private static var folder: String? {
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
        return unsafe access(folder, W_OK) == 0 ? folder : nil
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
