import Checkpoints
import Glibc
import Models

/// A command that writes a file or a folder which a flag names.
protocol WritesFile: ReadsFiles {
    /// Its path; nil for a flag that is not given.
    var written: String? { get }
}

/// A file that a command writes. Looked at before any work.
enum OutputFile {
    /// Throws for a place where no file can be written, and for a file that is there already.
    ///
    /// - overwriting: the flag that allows writing over a file; nil if that is allowed.
    static func check(_ path: String, unless overwriting: String? = nil) throws {
        try FileReplacement.check(path, byteCount: 0)
        if let overwriting, FileText.exists(path) {
            throw CommandError(
                "\(path): is there already; give another name, or \(overwriting) to write over it")
        }
    }

    /// Throws if the file `path`, or a file of the folder `path`, is one that is read, whatever it is
    /// called there. Of a model's folder all count but safetensors files that are none of its weights,
    /// and of a split model every part.
    static func check(_ path: String, reading inputs: [String?]) throws {
        let written = FileIdentity.all(path, isRead: false)
        for case let input? in inputs {
            let read = FileIdentity.all(input, isRead: true)
            guard let same = read.first(where: { written.keys.contains($0.key) }) else {
                continue
            }
            let name = written[same.key] == path ? path : "\(path): \(written[same.key] ?? path)"
            throw CommandError("\(name): is what is read as well; give another name")
        }
    }
}

/// What is the same for all names of a file.
private struct FileIdentity: Hashable {
    let device: UInt
    let number: UInt

    /// The plain files that `path` stands for, by the name that each was found by: itself, the parts of
    /// a split model, or those of a folder. Of the folders in that only the one with templates is read.
    static func all(_ path: String, isRead: Bool) -> [FileIdentity: String] {
        var found: [FileIdentity: String] = [:]
        var paths = [path]
        if FileText.isFolder(path) {
            var names = FileText.names(in: path)
            if isRead, let weights = try? ShardedSafetensors.fileNames(in: path) {
                names.removeAll { $0.hasSuffix(".safetensors") && !weights.contains($0) }
            }
            let templates = path + "/" + ModelFiles.templateFolder
            paths = names.map { path + "/" + $0 }
            paths += FileText.names(in: templates).map { templates + "/" + $0 }
        } else if let part = GGUFPartName(path) {
            paths += part.all.map(\.path)
        }
        for path in paths {
            var status = stat()
            guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                continue
            }
            found[FileIdentity(device: status.st_dev, number: status.st_ino)] = path
        }
        return found
    }
}
