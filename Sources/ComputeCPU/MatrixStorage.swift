import CKernels

/// A CPU matrix's pointers. The memory belongs to the backend's `owners`.
@safe enum MatrixStorage {
    case int8(PackedInt8)
    case float(FloatRows)

    /// Bytes that stay in memory. Rows that are decoded at each use count as none.
    var bytes: Int {
        switch self {
        case .int8(let packed): packed.bytes
        case .float(let rows): rows.bytes
        }
    }
}

/// W8A8 weights in panels of 32 outputs; `experts` blocks of whole panels.
@safe struct PackedInt8 {
    /// `[experts * panels][ceil(inputs / 4)][32][4]`.
    let weights: UnsafePointer<Int8>
    /// `[experts * panels][scaleGroups][32]`; one group if each row has a single scale.
    let scales: UnsafePointer<Float>
    /// `[experts * panels][groups][32]`.
    let sums: UnsafePointer<Int32>
    let outputs: Int
    let inputs: Int
    let hasGroupScales: Bool
    let experts: Int
    /// How inputs must be rotated before they are quantized; the weights are rotated already. Nil
    /// if they are not.
    let rotation: BlockRotation?

    var bytes: Int {
        let numbers = groups * 4 + (hasGroupScales ? groups : 1) * 4
        return experts * panels * (panelBytes + numbers * Int(SW_PANEL))
    }

    /// Panels of one expert.
    var panels: Int { (outputs + SW_PANEL - 1) / SW_PANEL }
    var slices: Int { (inputs + 3) / 4 }
    var groups: Int { (inputs + SW_GROUP - 1) / SW_GROUP }
    /// Bytes of one panel's weights.
    var panelBytes: Int { slices * 4 * SW_PANEL }

    /// The pointers of a panel, `expert * panels + panel`.
    func panel(_ index: Int) -> (
        weights: UnsafePointer<Int8>, scales: UnsafePointer<Float>, sums: UnsafePointer<Int32>
    ) {
        let width = SW_PANEL
        return unsafe (
            weights + index * panelBytes,
            scales + index * (hasGroupScales ? groups : 1) * width,
            sums + index * groups * width
        )
    }
}

/// Float weights, row-major, in runs. The rows of a run lie together in memory, or are decoded when
/// they are used.
@safe struct FloatRows {
    @safe enum Source {
        case f32(UnsafePointer<Float>)
        case bf16(UnsafePointer<UInt16>)
        /// Writes the given rows of this run as float32, for sources that are kept in their stored
        /// form.
        case decoded((Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void)
    }

    @safe struct Run {
        let rows: Int
        let source: Source
    }

    let outputs: Int
    let inputs: Int
    /// The runs of each expert, in order. An expert's runs have `outputs` rows together.
    let runs: [[Run]]

    var bytes: Int {
        runs.joined().reduce(0) { sum, run in
            switch run.source {
            case .f32: sum + run.rows * inputs * 4
            case .bf16: sum + run.rows * inputs * 2
            case .decoded: sum
            }
        }
    }
}
