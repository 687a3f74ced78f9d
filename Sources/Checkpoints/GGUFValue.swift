/// A value of a GGUF file's metadata, in the type it is stored in.
package enum GGUFValue: Sendable, Equatable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case float32(Float)
    case bool(Bool)
    case string(String)
    case array(GGUFArray)
    case uint64(UInt64)
    case int64(Int64)
    case float64(Double)

    /// Any integer that fits, nil for other types.
    package var integerValue: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(value)
        case .float32, .float64, .bool, .string, .array: nil
        }
    }

    /// A floating-point number or an integer as a `Double`, nil for other types.
    package var doubleValue: Double? {
        switch self {
        case .float32(let value): Double(value)
        case .float64(let value): value
        default: integerValue.map { Double($0) }
        }
    }

    /// A boolean, nil for other types.
    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// A string, nil for other types.
    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// An array, nil for other types.
    package var arrayValue: GGUFArray? {
        if case .array(let value) = self { value } else { nil }
    }
}
