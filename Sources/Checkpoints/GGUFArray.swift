/// An array of a GGUF file's metadata: all its elements are of one type.
package indirect enum GGUFArray: Sendable, Equatable {
    case uint8([UInt8])
    case int8([Int8])
    case uint16([UInt16])
    case int16([Int16])
    case uint32([UInt32])
    case int32([Int32])
    case float32([Float])
    case bool([Bool])
    case string([String])
    case array([GGUFArray])
    case uint64([UInt64])
    case int64([Int64])
    case float64([Double])

    /// The number of elements.
    package var count: Int {
        switch self {
        case .uint8(let values): values.count
        case .int8(let values): values.count
        case .uint16(let values): values.count
        case .int16(let values): values.count
        case .uint32(let values): values.count
        case .int32(let values): values.count
        case .float32(let values): values.count
        case .bool(let values): values.count
        case .string(let values): values.count
        case .array(let values): values.count
        case .uint64(let values): values.count
        case .int64(let values): values.count
        case .float64(let values): values.count
        }
    }

    /// The elements of an array of strings, nil for other types.
    package var strings: [String]? {
        if case .string(let values) = self { values } else { nil }
    }

    /// The elements of an array of integers that all fit an `Int`, nil for other types.
    package var integers: [Int]? {
        switch self {
        case .uint8(let values): return values.map { Int($0) }
        case .int8(let values): return values.map { Int($0) }
        case .uint16(let values): return values.map { Int($0) }
        case .int16(let values): return values.map { Int($0) }
        case .uint32(let values): return values.map { Int($0) }
        case .int32(let values): return values.map { Int($0) }
        case .int64(let values): return values.map { Int($0) }
        case .uint64(let values):
            let integers = values.compactMap { Int(exactly: $0) }
            return integers.count == values.count ? integers : nil
        case .float32, .float64, .bool, .string, .array: return nil
        }
    }

    /// The elements of an array of floating-point numbers, nil for other types.
    package var floats: [Float]? {
        switch self {
        case .float32(let values): values
        case .float64(let values): values.map { Float($0) }
        default: nil
        }
    }
}
