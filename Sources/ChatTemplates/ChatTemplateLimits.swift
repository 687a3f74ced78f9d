/// Limits on a template, so that a hostile one can neither hang, nor crash, nor fill memory.
package struct ChatTemplateLimits: Sendable, Equatable {
    /// Nesting of statements and expressions in a source.
    package static let parseDepthMax = 100
    /// Nesting of lists and dictionaries, both passed in and made by the template.
    package static let valueDepthMax = 256

    /// Length of a template's source.
    package var sourceBytesMax = 1 << 20
    /// Statements, expressions and list elements visited in one rendering.
    package var stepsMax = 5_000_000
    /// Bytes of text and lists that all operations of one rendering read and make. Operations that
    /// look at every character count several times.
    package var workBytesMax = 128 << 20
    /// Length of the rendered text, and of any intermediate text.
    package var outputBytesMax = 32 << 20
    /// Nesting of statements, expressions and macro calls while rendering.
    package var depthMax = 400
    /// Length of a `range`, as in Jinja's sandbox.
    package var rangeMax = 100_000

    package init() {}
}
