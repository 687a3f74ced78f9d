/// The type of a tensor's elements, as in safetensors. All are little-endian.
package enum DType: Sendable, Hashable, CaseIterable {
    case f64, f32, f16, bf16, f8e4m3, f8e5m2
    case i64, i32, i16, i8
    case u64, u32, u16, u8
    case bool

    /// The type with the name `name` in safetensors headers; nil if there is none.
    package init?(safetensorsName name: String) {
        guard let match = DType.allCases.first(where: { $0.safetensorsName == name }) else {
            return nil
        }
        self = match
    }

    /// Bytes of one element.
    package var byteCount: Int {
        switch self {
        case .f64, .i64, .u64: 8
        case .f32, .i32, .u32: 4
        case .f16, .bf16, .i16, .u16: 2
        case .f8e4m3, .f8e5m2, .i8, .u8, .bool: 1
        }
    }

    /// The name in a safetensors header (`F8_E4M3`, `BF16`, …).
    package var safetensorsName: String {
        switch self {
        case .f64: "F64"
        case .f32: "F32"
        case .f16: "F16"
        case .bf16: "BF16"
        case .f8e4m3: "F8_E4M3"
        case .f8e5m2: "F8_E5M2"
        case .i64: "I64"
        case .i32: "I32"
        case .i16: "I16"
        case .i8: "I8"
        case .u64: "U64"
        case .u32: "U32"
        case .u16: "U16"
        case .u8: "U8"
        case .bool: "BOOL"
        }
    }
}

extension DType: CustomStringConvertible {
    package var description: String { safetensorsName }
}
