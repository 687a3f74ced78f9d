import Checkpoints
import Glibc
import Models

/// A file that a command writes. Looked at before any work.
enum OutputFile {
    /// Throws for a place where no file can be written, for a file that is one of `inputs`, and for one
    /// that is there already.
    ///
    /// - overwriting: the flag that allows writing over a file; nil if that is allowed.
    static func check(_ path: String, unless overwriting: String? = nil, reading inputs: String?...)
        throws
    {
        try FileReplacement.check(path, byteCount: 0)
        for case let input? in inputs where isSame(path, input) {
            throw CommandError("\(path): is what is read as well; give another name")
        }
        if let overwriting, FileText.exists(path) {
            throw CommandError(
                "\(path): is there already; give another name, or \(overwriting) to write over it")
        }
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        var (a, b) = (stat(), stat())
        return unsafe stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_dev == b.st_dev
            && a.st_ino == b.st_ino
    }
}
