/// Limits of one request, for HTTP/1.1 and HTTP/2; those of chunks and trailers apply to HTTP/1.1
/// only. Sizes in bytes.
package struct MessageLimits: Sendable, Equatable {
    package var targetBytesMax = 8 * 1024
    /// The whole head: request line, header lines and their ends.
    package var headerBytesMax = 32 * 1024
    package var headerCountMax = 100
    package var bodyBytesMax = 4 * 1024 * 1024
    /// The part of one chunk's size line after the size.
    package var chunkExtensionBytesMax = 256
    /// All chunk extensions of one request.
    package var chunkExtensionsBytesMax = 16 * 1024
    package var trailerBytesMax = 8 * 1024

    package init() {}

    /// The most bytes of one request: its head and its body.
    package var bytesMax: Int { headerBytesMax + bodyBytesMax }
}
