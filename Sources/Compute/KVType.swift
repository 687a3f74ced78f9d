/// How the KV cache stores keys and values.
package enum KVType: String, Sendable, CaseIterable {
    case f32, bf16, f16, int8

    package var bytes: Int {
        switch self {
        case .f32: 4
        case .bf16, .f16: 2
        case .int8: 1
        }
    }
}
