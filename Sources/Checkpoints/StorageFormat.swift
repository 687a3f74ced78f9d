package import Memory

/// How the elements of a stored tensor are laid out.
package enum StorageFormat: Sendable, Hashable, CustomStringConvertible {
    /// One number after another.
    case plain(DType)
    /// ggml's blocks along the last dimension. Plain numbers of a GGUF file are `plain` as well.
    case ggml(GGMLType)

    package var description: String {
        switch self {
        case .plain(let dtype): dtype.description
        case .ggml(let type): type.description
        }
    }

    /// Bytes of a row of `columns` elements; nil if they do not fill whole blocks. `columns` is a
    /// dimension of a `Shape`, so the product cannot overflow.
    package func rowBytes(columns: Int) -> Int? {
        switch self {
        case .plain(let dtype):
            return columns * dtype.byteCount
        case .ggml(let type):
            guard columns % type.blockElements == 0 else { return nil }
            return columns / type.blockElements * type.blockBytes
        }
    }
}
