/// A matrix's pointers. The memory belongs to whoever installs it.
@safe package enum MatrixStorage {
    case int8(PackedInt8)
    case float(FloatRows)

    package var outputs: Int {
        switch self {
        case .int8(let packed): packed.outputs
        case .float(let rows): rows.outputs
        }
    }

    package var inputs: Int {
        switch self {
        case .int8(let packed): packed.inputs
        case .float(let rows): rows.inputs
        }
    }

    /// Bytes that stay in memory. Rows that are decoded at each use count as none.
    package var bytes: Int {
        switch self {
        case .int8(let packed): packed.bytes
        case .float(let rows): rows.bytes
        }
    }
}
