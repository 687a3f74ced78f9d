import CKernels

/// W8A8 weights in panels of 32 outputs; `experts` blocks of whole panels.
@safe package struct PackedInt8 {
    /// `[experts * panels][ceil(inputs / 4)][32][4]`.
    package let weights: UnsafePointer<Int8>
    /// `[experts * panels][scaleGroups][32]`; one group if each row has a single scale.
    package let scales: UnsafePointer<Float>
    /// `[experts * panels][groups][32]`.
    package let sums: UnsafePointer<Int32>
    package let outputs: Int
    package let inputs: Int
    package let hasGroupScales: Bool
    package let experts: Int
    /// How inputs must be rotated before they are quantized; the weights are rotated already. Nil
    /// if they are not.
    package let rotation: BlockRotation?

    package init(
        weights: UnsafePointer<Int8>, scales: UnsafePointer<Float>, sums: UnsafePointer<Int32>,
        outputs: Int, inputs: Int, hasGroupScales: Bool, experts: Int, rotation: BlockRotation?
    ) {
        unsafe self.weights = weights
        unsafe self.scales = scales
        unsafe self.sums = sums
        self.outputs = outputs
        self.inputs = inputs
        self.hasGroupScales = hasGroupScales
        self.experts = experts
        self.rotation = rotation
    }

    package var bytes: Int {
        let numbers = groups * 4 + (hasGroupScales ? groups : 1) * 4
        return experts * panels * (panelBytes + numbers * Int(SW_PANEL))
    }

    /// Panels of one expert.
    package var panels: Int { (outputs + SW_PANEL - 1) / SW_PANEL }
    package var slices: Int { (inputs + 3) / 4 }
    package var groups: Int { (inputs + SW_GROUP - 1) / SW_GROUP }
    /// Bytes of one panel's weights.
    package var panelBytes: Int { slices * 4 * SW_PANEL }

    /// The pointers of a panel, `expert * panels + panel`.
    package func panel(_ index: Int) -> (
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
