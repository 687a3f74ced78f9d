package import Memory

/// Writes safetensors files. A file is written under another name, synced and renamed, so that
/// there is never half a file under its final name. Free space is checked first.
package enum SafetensorsWriter {
    /// Writes `tensors` in their order to `path`, replacing what is there.
    package static func write(
        _ tensors: [(String, HostTensor)], metadata: [String: String] = [:], to path: String
    ) throws(CheckpointError) {
        let layout = try SafetensorsLayout(
            tensors.map { .init(name: $0.0, dtype: $0.1.dtype, shape: $0.1.shape) },
            metadata: metadata, path: path)
        var stream = try SafetensorsStream(layout, to: path)
        for (name, tensor) in tensors {
            // SAFETY: plain bytes have no padding between them.
            try unsafe stream.append(tensor.bytes.span.bytes, to: name)
        }
        try stream.finish()
    }

    /// The same file as bytes.
    package static func bytes(
        _ tensors: [(String, HostTensor)], metadata: [String: String] = [:]
    ) throws(CheckpointError) -> [UInt8] {
        let layout = try SafetensorsLayout(
            tensors.map { .init(name: $0.0, dtype: $0.1.dtype, shape: $0.1.shape) },
            metadata: metadata, path: "memory")
        return tensors.reduce(into: layout.header) { $0 += $1.1.bytes }
    }
}
