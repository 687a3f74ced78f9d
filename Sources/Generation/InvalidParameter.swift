/// A parameter outside its range: `description` names it, its value and what is allowed.
package struct InvalidParameter: Error, Sendable, Equatable, CustomStringConvertible {
    /// The parameter's name as in the OpenAI API, `top_p`.
    package let name: String
    /// What is wrong and what is allowed: "is 1.5, must be above 0 and up to 1".
    package let problem: String

    package init(_ name: String, _ problem: String) {
        self.name = name
        self.problem = problem
    }

    package var description: String { "\(name) \(problem)" }
}
