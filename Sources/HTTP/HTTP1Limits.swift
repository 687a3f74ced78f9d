/// What a connection may ask of the parser's memory. Sizes in bytes.
package struct HTTP1Limits: Sendable, Equatable {
    package var targetBytesMax = 8 * 1024
    /// The whole head: request line, header lines and their ends.
    package var headerBytesMax = 32 * 1024
    package var headerCountMax = 100
    package var bodyBytesMax = 4 * 1024 * 1024
    /// One chunk's size line after the size.
    package var chunkExtensionBytesMax = 256
    /// All chunk extensions of one request.
    package var chunkExtensionsBytesMax = 16 * 1024
    package var trailerBytesMax = 8 * 1024

    package init() {}
}
