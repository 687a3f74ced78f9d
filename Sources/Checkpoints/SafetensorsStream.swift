import Memory

/// Writes a safetensors file tensor by tensor, so that only a piece is in memory at a time.
///
///     var stream = try SafetensorsStream(layout, to: path)
///     try stream.append(piece, to: "weight")  // in the layout's order, in pieces of any size
///     try stream.finish()
///
/// Without `finish` nothing appears at `path`.
package struct SafetensorsStream: ~Copyable {
    private let layout: SafetensorsLayout
    private let path: String
    private var output: FileReplacement

    /// The index in `layout.places` of the tensor that is being written.
    private var current = 0
    private var position: Int

    /// Checks that the file fits into its file system, opens it under a temporary name, and writes
    /// the header.
    package init(_ layout: SafetensorsLayout, to path: String) throws(CheckpointError) {
        var output = try FileReplacement(path, byteCount: layout.fileBytes)
        // SAFETY: plain bytes have no padding between them.
        try unsafe output.write(layout.header.span.bytes)
        self.layout = layout
        self.path = path
        self.output = output
        position = layout.header.count
    }

    /// Appends bytes of the tensor `name`. Tensors come in the layout's order, each complete before
    /// the next; another name or too many bytes is a mistake of the caller's and traps.
    package mutating func append(_ bytes: RawSpan, to name: String) throws(CheckpointError) {
        skipComplete(until: name)
        precondition(current < layout.places.count, "'\(name)' does not come next")
        let place = layout.places[current]
        precondition(place.name == name, "'\(place.name)' comes before '\(name)'")
        if position < place.offset {
            let padding = [UInt8](repeating: 0, count: place.offset - position)
            // SAFETY: plain bytes have no padding between them.
            try unsafe output.write(padding.span.bytes)
            position = place.offset
        }
        precondition(bytes.byteCount <= place.end - position, "too many bytes for '\(name)'")
        try output.write(bytes)
        position += bytes.byteCount
    }

    /// Completes the file and gives it its name. Every tensor must have been written.
    package consuming func finish() throws(CheckpointError) {
        precondition(position == layout.fileBytes, "\(layout.fileBytes - position) bytes missing")
        try output.commit()
    }

    /// Moves on to `name`, past tensors that have all their bytes, including empty ones.
    private mutating func skipComplete(until name: String) {
        while current < layout.places.count, layout.places[current].name != name,
            position >= layout.places[current].end
        {
            current += 1
        }
    }
}
