import CKernels
package import Checkpoints
package import Compute
import Memory

/// How the CPU stores a matrix in memory and in packs: its arrays and their shapes.
package struct MatrixFormat: Sendable {
    package enum Form: Sendable, Equatable {
        /// Panels of 32 outputs, with their scales and the sums of their groups.
        case int8(hasGroupScales: Bool)
        case f32
        case bf16
    }

    package let form: Form
    package let experts: Int
    package let outputs: Int
    package let inputs: Int
    /// Whether INT8 weights are rotated in blocks; if so, inputs must be rotated before they are
    /// quantized.
    package let isRotated: Bool

    package init(
        form: Form, experts: Int, outputs: Int, inputs: Int, isRotated: Bool = false
    ) {
        self.form = form
        self.isRotated = isRotated
        self.experts = experts
        self.outputs = outputs
        self.inputs = inputs
    }

    /// The layout tag written to packs. It changes when the form of any of the arrays below does.
    package static let layoutTag = "panel32-k4-1"

    /// Comes between a rotated matrix's key and its sections' names.
    static let rotatedSuffix = ".rotated"

    package var panels: Int { (outputs + Int(SW_PANEL) - 1) / Int(SW_PANEL) }
    package var slices: Int { (inputs + 3) / 4 }
    package var groups: Int { (inputs + Int(SW_GROUP) - 1) / Int(SW_GROUP) }

    /// The arrays of a matrix called `key`: their names, number types and shapes, in file order.
    package func sections(_ key: String) -> [SafetensorsLayout.Entry] {
        let panels = experts * panels
        let width = Int(SW_PANEL)
        switch form {
        case .int8(let hasGroupScales):
            let key = isRotated ? key + Self.rotatedSuffix : key
            return [
                .init(name: key + ".int8", dtype: .i8, shape: Shape([panels, slices, width, 4])),
                .init(
                    name: key + ".scale", dtype: .f32,
                    shape: Shape([panels, hasGroupScales ? groups : 1, width])),
                .init(name: key + ".sum", dtype: .i32, shape: Shape([panels, groups, width])),
            ]
        case .f32, .bf16:
            return [
                .init(
                    name: key + ".float", dtype: form == .f32 ? .f32 : .bf16,
                    shape: Shape([experts * outputs, inputs]))
            ]
        }
    }

    /// The matrix whose sections are the buffers that `section` returns. Each has the size of its
    /// shape.
    package func storage(_ section: (Int) -> UnsafeRawBufferPointer) -> MatrixStorage {
        let places = unsafe sections("").indices.map { index in
            guard let base = unsafe section(index).baseAddress else {
                preconditionFailure("an empty matrix")
            }
            return unsafe base
        }
        switch form {
        case .int8(let hasGroupScales):
            return unsafe .int8(
                PackedInt8(
                    weights: places[0].assumingMemoryBound(to: Int8.self),
                    scales: places[1].assumingMemoryBound(to: Float.self),
                    sums: places[2].assumingMemoryBound(to: Int32.self), outputs: outputs,
                    inputs: inputs, hasGroupScales: hasGroupScales, experts: experts,
                    rotation: isRotated ? BlockRotation(width: inputs) : nil))
        case .f32:
            return unsafe .float(rows(at: places[0].assumingMemoryBound(to: Float.self)))
        case .bf16:
            return unsafe .float(rows(at: places[0].assumingMemoryBound(to: UInt16.self)))
        }
    }

    private func rows(at base: UnsafePointer<Float>) -> FloatRows {
        FloatRows(
            outputs: outputs, inputs: inputs,
            runs: (0..<experts).map { expert in
                [
                    FloatRows.Run(
                        rows: outputs, source: unsafe .f32(base + expert * outputs * inputs))
                ]
            })
    }

    private func rows(at base: UnsafePointer<UInt16>) -> FloatRows {
        FloatRows(
            outputs: outputs, inputs: inputs,
            runs: (0..<experts).map { expert in
                [
                    FloatRows.Run(
                        rows: outputs, source: unsafe .bf16(base + expert * outputs * inputs))
                ]
            })
    }
}
