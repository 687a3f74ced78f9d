import CKernels
import Compute

/// The product of packed inputs, sorted by expert, with INT8 weights. A dense matrix is a bank of
/// one expert. Phases take panels that follow each other in memory.
@safe struct GroupedProduct {
    let matrix: PackedInt8
    let parts: Parts
    private let inputs: PackedMemory
    private let kernels: sw_kernels

    static let width = SW_PANEL

    init(_ backend: CPUBackend, _ matrix: PackedInt8, _ inputs: PackedPlace, _ visits: Visits) {
        self.matrix = matrix
        self.inputs = PackedMemory(inputs, backend.arena)
        parts = Parts(visits, backend.arena)
        unsafe kernels = unsafe backend.kernels
    }

    /// Multiplies `rows` of a part's expert with one panel. `y` is the address of the first row's
    /// first output.
    func multiply(
        _ part: Visits.Part, _ rows: Range<Int>, panel: Int, into y: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        let x = inputs.rows(part.first, count: part.count)
        let first = rows.lowerBound
        let weights = unsafe matrix.panel(part.expert * matrix.panels + panel)
        var arguments = unsafe sw_gemm_w8a8(
            a: x.numbers + first * 4, a_rows: x.rows, a_scale: x.scales + first,
            a_zero: x.zeros + first, rows: rows.count, w: weights.weights,
            w_scale: weights.scales,
            w_scale_stride: matrix.hasGroupScales ? Self.width : 0, w_sum: weights.sums,
            k: matrix.inputs, y: y, y_stride: stride, columns: columns(panel))
        unsafe kernels.gemm_w8a8(&arguments)
    }

    /// The outputs of a panel.
    func columns(_ panel: Int) -> Int { min(Self.width, matrix.outputs - panel * Self.width) }

    /// The nanoseconds of one panel's product with `rows` rows.
    func nanoseconds(rows: Int) -> Int {
        Speed.int8(rows: rows, weightBytes: matrix.panelBytes)
    }
}

extension CPUBackend {
    /// `[rows, outputs]`: the rows of `place` by a dense matrix.
    func multiply(_ place: PackedPlace, by matrix: PackedInt8, into y: Tensor) {
        let visits = Visits(all: place.rows)
        let product = GroupedProduct(self, matrix, place, visits)
        let target = arena.rows(y)
        let panels = matrix.panels
        let cost = product.nanoseconds(rows: place.rows / max(visits.parts, 1))
        parallel(visits.parts * panels, nanoseconds: cost) { items, _ in
            for item in items {
                let part = product.parts[item / panels]
                guard !part.rows.isEmpty else { continue }
                let panel = item % panels
                unsafe product.multiply(
                    part, part.rows, panel: panel,
                    into: target[part.rows.lowerBound] + panel * GroupedProduct.width,
                    stride: y.columns)
            }
        }
    }

    /// In place: `y += factor * (the rows of place by a dense matrix + bias)`.
    func add(
        _ place: PackedPlace, by matrix: PackedInt8, bias: StoredVector?, times factor: Float,
        to y: Tensor
    ) {
        let visits = Visits(all: place.rows)
        let product = GroupedProduct(self, matrix, place, visits)
        let target = arena.rows(y)
        let (kernels, scratch) = unsafe (kernels, scratch)
        let panels = matrix.panels
        let width = GroupedProduct.width
        let cost = product.nanoseconds(rows: place.rows / max(visits.parts, 1))
        parallel(visits.parts * panels, nanoseconds: cost) { items, worker in
            let tile = unsafe scratch.values(of: Float.self, worker)
            for item in items {
                let part = product.parts[item / panels]
                guard !part.rows.isEmpty else { continue }
                let panel = item % panels
                let columns = product.columns(panel)
                unsafe product.multiply(part, part.rows, panel: panel, into: tile, stride: width)
                for row in part.rows {
                    let values = unsafe tile + (row - part.rows.lowerBound) * width
                    if let bias { unsafe kernels.add(bias.base + panel * width, columns, values) }
                    if factor != 1 { unsafe kernels.multiply(factor, values, columns, values) }
                    unsafe kernels.add(values, columns, target[row] + panel * width)
                }
            }
        }
    }
}
