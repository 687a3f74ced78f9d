/// Why a template could not be read or rendered. Lines count from 1.
package enum ChatTemplateError: Error, Equatable, CustomStringConvertible {
    /// The source is not a template that this interpreter understands.
    case syntax(line: Int, message: String)
    /// The template called `raise_exception`; the message is meant for its user.
    case raised(message: String)
    /// The template asked for more than its limits allow.
    case limit(line: Int, message: String)
    /// An operation failed on its operands, as it would in Python.
    case runtime(line: Int, message: String)

    package var description: String {
        switch self {
        case .syntax(let line, let message): "chat template, line \(line): \(message)"
        case .raised(let message): message
        case .limit(let line, let message): "chat template, line \(line): \(message)"
        case .runtime(let line, let message): "chat template, line \(line): \(message)"
        }
    }

    /// A runtime error without its line, which `located(at:)` adds.
    static func fault(_ message: String) -> ChatTemplateError {
        .runtime(line: 0, message: message)
    }

    /// Adds the line if the failing operation did not know it.
    func located(at line: Int) -> ChatTemplateError {
        switch self {
        case .runtime(line: 0, let message): .runtime(line: line, message: message)
        case .limit(line: 0, let message): .limit(line: line, message: message)
        default: self
        }
    }
}
