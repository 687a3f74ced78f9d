import CKernels
package import Compute

extension CPUBackend {
    package func embed(_ batch: ForwardBatch, _ table: Matrix) -> Tensor {
        let result = arena.take(batch.tokens.count, table.inputs)
        guard case .float(let rows) = matrices[table.index] else {
            preconditionFailure("an embedding table is float")
        }
        parallel(taskCount(rows: result.rows)) { task, _ in
            for row in self.rows(of: task, total: result.rows) {
                let token = Int(batch.tokens[row])
                precondition(token >= 0 && token < table.outputs, "token outside the vocabulary")
                let place = unsafe UnsafeMutableBufferPointer(
                    start: arena.floats(result) + row * result.columns, count: result.columns)
                unsafe rows.copy(row: token, to: place)
            }
        }
        return result
    }

    package func norm(_ x: Tensor, _ norm: Norm) -> Tensor {
        precondition(norm.gain.count == x.columns, "the norm is as wide as its input")
        let result = arena.take(x.rows, x.columns)
        let gain = vectors[norm.gain.index]
        parallel(taskCount(rows: x.rows)) { task, _ in
            for row in rows(of: task, total: x.rows) {
                let offset = row * x.columns
                unsafe kernels.rms_norm(
                    arena.floats(x) + offset, gain, norm.epsilon, x.columns,
                    arena.floats(result) + offset)
            }
        }
        return result
    }

    package func normHeads(_ x: Tensor, column: Int, heads: Int, _ norm: Norm) {
        let width = norm.gain.count
        precondition(column + heads * width <= x.columns, "the heads lie in the tensor")
        let gain = vectors[norm.gain.index]
        parallel(taskCount(rows: x.rows)) { task, _ in
            for row in rows(of: task, total: x.rows) {
                for head in 0..<heads {
                    let place = unsafe arena.floats(x) + row * x.columns + column + head * width
                    unsafe kernels.rms_norm(place, gain, norm.epsilon, width, place)
                }
            }
        }
    }

    package func rotate(
        _ x: Tensor, column: Int, heads: Int, stride: Int, _ rotary: Rotary, _ batch: ForwardBatch
    ) {
        let rows = rotaries[rotary.index]
        precondition(
            column + (heads - 1) * stride + rotary.dimensions <= x.columns,
            "the heads lie in the tensor")
        parallel(taskCount(rows: x.rows)) { task, _ in
            for row in self.rows(of: task, total: x.rows) {
                let position = batch.positions[row]
                precondition(
                    position >= 0 && position < rotary.positions, "position outside the context")
                let first = unsafe arena.floats(x) + row * x.columns + column
                unsafe rows.withAngles(ofRow: row, at: position) { cosines, sines in
                    for head in 0..<heads {
                        unsafe turn(first + head * stride, cosines, sines, rotary)
                    }
                }
            }
        }
    }

    private func turn(
        _ head: UnsafeMutablePointer<Float>, _ cosines: UnsafePointer<Float>,
        _ sines: UnsafePointer<Float>, _ rotary: Rotary
    ) {
        let pairs = rotary.dimensions / 2
        switch rotary.pairing {
        case .halves: unsafe kernels.rope_halves(head, cosines, sines, pairs)
        case .neighbours: unsafe kernels.rope_pairs(head, cosines, sines, pairs)
        }
    }

    package func add(_ x: Tensor, to y: Tensor) {
        precondition(x.rows == y.rows && x.columns == y.columns, "summands have one shape")
        parallel(taskCount(rows: x.rows)) { task, _ in
            let range = rows(of: task, total: x.rows)
            let offset = range.lowerBound * x.columns
            unsafe kernels.add(
                arena.floats(x) + offset, range.count * x.columns, arena.floats(y) + offset)
        }
    }

    package func multiply(_ x: Tensor, by factor: Float) {
        guard factor != 1 else { return }
        parallel(taskCount(rows: x.rows)) { task, _ in
            let range = rows(of: task, total: x.rows)
            let place = unsafe arena.floats(x) + range.lowerBound * x.columns
            unsafe kernels.multiply(factor, place, range.count * x.columns, place)
        }
    }

    package func add(_ x: Tensor, gatedBy gate: Tensor, to y: Tensor) {
        precondition(x.rows == y.rows && x.columns == y.columns, "summands have one shape")
        precondition(gate.rows == x.rows && gate.columns == 1, "a gate for each token")
        parallel(taskCount(rows: x.rows)) { task, _ in
            for row in rows(of: task, total: x.rows) {
                let weight = unsafe 1 / (1 + sw_expf(-arena.floats(gate)[row]))
                unsafe kernels.multiply_add(
                    weight, arena.floats(x) + row * x.columns, x.columns,
                    arena.floats(y) + row * y.columns)
            }
        }
    }

    package func clamp(_ x: Tensor, to limit: Float) {
        parallel(taskCount(rows: x.rows)) { task, _ in
            let range = rows(of: task, total: x.rows)
            let values = unsafe arena.floats(x) + range.lowerBound * x.columns
            for index in 0..<range.count * x.columns {
                unsafe values[index] = values[index].clamped(to: -limit, limit)
            }
        }
    }

    package func gather(_ x: Tensor, rows: [Int32]) -> Tensor {
        let result = arena.take(rows.count, x.columns)
        parallel(taskCount(rows: rows.count)) { task, _ in
            for row in self.rows(of: task, total: rows.count) {
                let source = Int(rows[row])
                precondition(source >= 0 && source < x.rows, "no such row")
                unsafe (arena.floats(result) + row * x.columns).update(
                    from: arena.floats(x) + source * x.columns, count: x.columns)
            }
        }
        return result
    }
}

extension Float {
    /// The nearest number from `least` to `most`; NaN stays NaN.
    func clamped(to least: Float, _ most: Float) -> Float {
        self < least ? least : self > most ? most : self
    }
}

extension FloatRows {
    /// Writes one row of the first expert as float32.
    func copy(row: Int, to place: UnsafeMutableBufferPointer<Float>) {
        var row = row
        for run in runs[0] {
            guard row >= run.rows else {
                unsafe run.copy(row: row, inputs: inputs, to: place)
                return
            }
            row -= run.rows
        }
        preconditionFailure("no such row")
    }
}

extension FloatRows.Run {
    fileprivate func copy(row: Int, inputs: Int, to place: UnsafeMutableBufferPointer<Float>) {
        switch source {
        case .f32(let base):
            unsafe place.baseAddress?.update(from: base + row * inputs, count: inputs)
        case .bf16(let base):
            for index in 0..<inputs {
                unsafe place[index] = sw_bf16_to_f32(base[row * inputs + index])
            }
        case .decoded(let decode):
            unsafe decode(row..<row + 1, place)
        }
    }
}
