package import Memory

/// Why a checkpoint cannot be used: the file, the tensor if there is one, what was found, what was
/// expected, and what to do. `description` is one line for people.
package struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package enum Problem: Sendable, Equatable {
        /// The file cannot be opened, mapped or written; `reason` names it already.
        case unavailable(reason: String)
        /// The file ends before `what`, which takes `expected` bytes of the `found` that are left.
        case truncated(what: String, expected: Int, found: Int)
        /// The file breaks its format, in a part that belongs to no tensor.
        case malformed(String)
        /// The file's entry of `tensor` breaks its format.
        case malformedTensor(tensor: String, String)
        /// Valid, but not supported; `remedy` says what to do instead.
        case unsupported(String, remedy: String)
        /// A tensor that the model needs is absent.
        case missingTensor(String)
        /// A tensor does not have the shape that the configuration requires.
        case wrongShape(tensor: String, found: Shape, expected: Shape)
        /// A tensor's element format is not allowed for its use.
        case wrongFormat(tensor: String, found: String, expected: String)
        /// A tensor has more of something (`inputs`) than this program can compute with.
        case tooLarge(tensor: String, what: String, found: Int, limit: Int)
        /// The configuration or metadata is unusable.
        case configuration(String)
    }

    /// What is wrong.
    package let problem: Problem

    /// The path of the file, or of the folder if no single file is at fault.
    package let file: String

    /// A `problem` of `file`, a path.
    package init(_ problem: Problem, in file: String) {
        self.problem = problem
        self.file = file
    }

    /// The tensor concerned, if one is.
    package var tensor: String? {
        switch problem {
        case .malformedTensor(let name, _), .missingTensor(let name),
            .wrongShape(let name, _, _), .wrongFormat(let name, _, _),
            .tooLarge(let name, _, _, _):
            name
        default: nil
        }
    }

    package var description: String {
        switch problem {
        case .unavailable(let reason):
            return reason
        case .truncated(let what, let expected, let found):
            return "\(file): \(what) takes \(expected) bytes, \(found) are left; "
                + "the file is damaged or incomplete: fetch it again"
        case .malformed(let what):
            return "\(file): \(what); the file is damaged or of another format: fetch it again"
        case .malformedTensor(let tensor, let what):
            return "\(file): tensor '\(tensor)' \(what); the file is damaged: fetch it again"
        case .unsupported(let what, let remedy):
            return "\(file): \(what); \(remedy)"
        case .missingTensor(let tensor):
            return "\(file): tensor '\(tensor)' is missing; are all files of the model here, "
                + "and does the configuration belong to them?"
        case .wrongShape(let tensor, let found, let expected):
            return "\(file): tensor '\(tensor)' is \(found), the configuration asks for "
                + "\(expected); do both belong to one model?"
        case .wrongFormat(let tensor, let found, let expected):
            return "\(file): tensor '\(tensor)' is stored as \(found), \(expected) is needed here"
        case .tooLarge(let tensor, let what, let found, let limit):
            return "\(file): tensor '\(tensor)' has \(found) \(what), "
                + "this program computes with up to \(limit)"
        case .configuration(let what):
            return "\(file): \(what)"
        }
    }
}
