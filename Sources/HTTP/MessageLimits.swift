/// What one request may take of a parser's memory, in HTTP/1.1 and HTTP/2 alike; chunks and
/// trailers are HTTP/1.1's. Sizes in bytes.
package struct MessageLimits: Sendable, Equatable {
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
