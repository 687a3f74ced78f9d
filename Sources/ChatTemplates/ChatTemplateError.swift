/// Why a template could not be read or rendered. Lines count from 1.
package enum ChatTemplateError: Error, Equatable, CustomStringConvertible {
    /// The source is no template this interpreter understands.
    case syntax(line: Int, message: String)
    /// The template's own `raise_exception`: what it wants its user to read.
    case raised(message: String)
    /// The template asked for more than its limits allow.
    case limit(line: Int, message: String)
    /// An operation failed on the values it met, as it would in Python.
    case runtime(line: Int, message: String)

    package var description: String {
        switch self {
        case .syntax(let line, let message): "chat template, line \(line): \(message)"
        case .raised(let message): message
        case .limit(let line, let message): "chat template, line \(line): \(message)"
        case .runtime(let line, let message): "chat template, line \(line): \(message)"
        }
    }

    /// A failure whose line the interpreter fills in.
    static func fault(_ message: String) -> ChatTemplateError {
        .runtime(line: 0, message: message)
    }

    /// Fills in the line where the failing operation knew none.
    func located(at line: Int) -> ChatTemplateError {
        switch self {
        case .runtime(line: 0, let message): .runtime(line: line, message: message)
        case .limit(line: 0, let message): .limit(line: line, message: message)
        default: self
        }
    }
}
