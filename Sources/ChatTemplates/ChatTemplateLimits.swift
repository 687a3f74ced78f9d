/// What a template may cost, so that a hostile one can neither hang nor crash nor fill memory.
package struct ChatTemplateLimits: Sendable, Equatable {
    /// Nesting of statements and expressions in a source.
    package static let parseDepthMax = 100
    /// Nesting of lists and dictionaries, given or made.
    package static let valueDepthMax = 256

    /// Length of a template's source.
    package var sourceBytesMax = 1 << 20
    /// Statements, expressions and elements visited.
    package var stepsMax = 5_000_000
    /// Bytes of text and of lists that are read or made, all operations together; what looks at
    /// every character counts several times.
    package var workBytesMax = 128 << 20
    /// Length of the rendered text and of any text on the way to it.
    package var outputBytesMax = 32 << 20
    /// Nesting of statements, expressions and macro calls while rendering.
    package var depthMax = 400
    /// Length of a `range`, as in Jinja's sandbox.
    package var rangeMax = 100_000

    package init() {}
}
