package import Checkpoints
import Memory

/// The tensors of a checkpoint that have the same form, and how an INT8 run uses them; for
/// `inspect`.
package struct StoredForm: Sendable, Equatable {
    /// The type of the numbers, and which of them share a scale.
    package let description: String
    /// How projections of this form are used.
    package let use: String
    /// Whether they are used unchanged.
    package let isUnchanged: Bool
    /// The number of tensors, and their bytes including scales.
    package private(set) var tensors = 0
    package private(set) var bytes = 0

    private init(_ description: String, isUnchanged: Bool = false) {
        self.description = description
        self.isUnchanged = isUnchanged
        use = isUnchanged ? "used as stored" : "decoded, projections quantized"
    }

    /// The forms of a checkpoint's tensors, those with most bytes first.
    package static func forms(of stored: [StoredTensor]) -> [StoredForm] {
        var byName: [String: StoredTensor] = [:]
        for tensor in stored { byName[tensor.name] = tensor }
        var forms: [String: StoredForm] = [:]
        for tensor in stored {
            // Scales are counted with the tensor they belong to.
            let base = base(of: tensor).flatMap { byName[$0] }
            let form = form(of: base ?? tensor, byName)
            forms[form.description, default: form].bytes += tensor.byteCount
            if base == nil { forms[form.description, default: form].tensors += 1 }
        }
        return forms.values.sorted { ($0.bytes, $1.description) > ($1.bytes, $0.description) }
    }

    /// If a tensor holds scales: the name of the tensor that they are for.
    private static func base(of tensor: StoredTensor) -> String? {
        for suffix in ["_scale_inv", "_scale"] where tensor.name.hasSuffix(suffix) {
            return String(tensor.name.dropLast(suffix.count))
        }
        guard tensor.name.hasSuffix("_scales") else { return nil }
        return tensor.name.dropLast("_scales".count) + "_blocks"
    }

    private static func form(of tensor: StoredTensor, _ byName: [String: StoredTensor])
        -> StoredForm
    {
        let name = tensor.name
        if tensor.format == .plain(.u8), name.hasSuffix("_blocks") {
            return StoredForm("MXFP4, a scale a 32 inputs")
        }
        guard tensor.format == .plain(.i8) || tensor.format == .plain(.f8e4m3),
            let scale = byName[name + "_scale_inv"] ?? byName[name + "_scale"]
        else { return StoredForm(tensor.format.description) }
        let count = scale.shape.elementCount
        let isRow = count == tensor.shape.rows
        let shared = isRow ? "row" : count == 1 ? "tensor" : "block"
        // INT8 arithmetic needs a scale for each row, or for each row and group of 128 inputs.
        let groups = isRow || count == 1 ? 1 : scale.shape.columns
        return StoredForm(
            "\(tensor.format), a scale a \(shared)",
            isUnchanged: tensor.format == .plain(.i8)
                && groups <= StoredIntegers.groups(tensor.shape.columns))
    }
}
