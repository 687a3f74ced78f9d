import CKernels
package import Compute

extension CPUBackend {
    package func embed(_ table: Matrix) -> Tensor {
        let result = arena.take(step.rows, table.inputs)
        guard case .float(let rows) = matrices[table.index] else {
            preconditionFailure("an embedding table is float")
        }
        let target = arena.rows(result)
        let tokens = step.tokens
        parallel(result.rows, nanoseconds: result.columns / Speed.numbers) { items, _ in
            for row in items {
                // Padded rows are those of some token.
                let token = row < tokens.count ? Int(tokens[row]) : 0
                precondition(token >= 0 && token < table.outputs, "token outside the vocabulary")
                unsafe rows.copy(
                    row: token,
                    to: UnsafeMutableBufferPointer(start: target[row], count: result.columns))
            }
        }
        return result
    }

    package func norm(_ x: Tensor, _ norm: Norm) -> Tensor {
        precondition(norm.gain.count == x.columns, "the norm is as wide as its input")
        let result = arena.take(x.rows, x.columns)
        let (source, target) = (arena.rows(x), arena.rows(result))
        let gain = vectors[norm.gain.index]
        let kernels = unsafe kernels
        parallel(x.rows, nanoseconds: x.columns / Speed.numbers) { rows, _ in
            for row in rows {
                unsafe kernels.rms_norm(
                    source[row], gain.base, norm.epsilon, x.columns, target[row])
            }
        }
        return result
    }

    package func normHeads(_ x: Tensor, column: Int, heads: Int, _ norm: Norm) {
        let width = norm.gain.count
        precondition(column + heads * width <= x.columns, "the heads lie in the tensor")
        let values = arena.rows(x)
        let gain = vectors[norm.gain.index]
        let kernels = unsafe kernels
        parallel(x.rows, nanoseconds: heads * width / Speed.numbers) { rows, _ in
            for row in rows {
                for head in 0..<heads {
                    let place = unsafe values[row] + column + head * width
                    unsafe kernels.rms_norm(place, gain.base, norm.epsilon, width, place)
                }
            }
        }
    }

    package func rotate(
        _ x: Tensor, column: Int, heads: Int, stride: Int, _ rotary: Rotary
    ) {
        let angles = rotaries[rotary.index]
        precondition(
            column + (heads - 1) * stride + rotary.dimensions <= x.columns,
            "the heads lie in the tensor")
        let values = arena.rows(x)
        let positions = step.positions
        let kernels = unsafe kernels
        let pairs = rotary.dimensions / 2
        let count = min(x.rows, positions.count)
        parallel(count, nanoseconds: heads * rotary.dimensions / Speed.numbers) { rows, _ in
            for row in rows {
                let position = positions[row]
                precondition(
                    position >= 0 && position < rotary.positions, "position outside the context")
                let first = unsafe values[row] + column
                unsafe angles.withAngles(ofRow: row, at: position) { cosines, sines in
                    for head in 0..<heads {
                        let place = unsafe first + head * stride
                        switch rotary.pairing {
                        case .halves: unsafe kernels.rope_halves(place, cosines, sines, pairs)
                        case .neighbours: unsafe kernels.rope_pairs(place, cosines, sines, pairs)
                        }
                    }
                }
            }
        }
    }

    package func add(_ x: Tensor, to y: Tensor) {
        precondition(x.rows == y.rows && x.columns == y.columns, "summands have one shape")
        let (source, target) = (arena.rows(x), arena.rows(y))
        let kernels = unsafe kernels
        parallel(x.rows, nanoseconds: x.columns / Speed.numbers) { rows, _ in
            let first = rows.lowerBound
            unsafe kernels.add(source[first], rows.count * x.columns, target[first])
        }
    }

    package func multiply(_ x: Tensor, by factor: Float) {
        guard factor != 1 else { return }
        let values = arena.rows(x)
        let kernels = unsafe kernels
        parallel(x.rows, nanoseconds: x.columns / Speed.numbers) { rows, _ in
            let place = unsafe values[rows.lowerBound]
            unsafe kernels.multiply(factor, place, rows.count * x.columns, place)
        }
    }

    package func add(_ x: Tensor, gatedBy gate: Tensor, to y: Tensor) {
        precondition(x.rows == y.rows && x.columns == y.columns, "summands have one shape")
        precondition(gate.rows == x.rows && gate.columns == 1, "a gate for each row")
        let (source, target, gates) = (arena.rows(x), arena.rows(y), arena.rows(gate))
        let kernels = unsafe kernels
        parallel(x.rows, nanoseconds: x.columns / Speed.numbers) { rows, _ in
            for row in rows {
                let weight = unsafe 1 / (1 + sw_expf(-gates[row][0]))
                unsafe kernels.multiply_add(weight, source[row], x.columns, target[row])
            }
        }
    }

    package func clamp(_ x: Tensor, to limit: Float) {
        let values = arena.rows(x)
        parallel(x.rows, nanoseconds: x.columns) { rows, _ in
            let first = unsafe values[rows.lowerBound]
            for index in 0..<rows.count * x.columns {
                unsafe first[index] = first[index].clamped(to: -limit, limit)
            }
        }
    }

    package func wantedRows(_ x: Tensor) -> Tensor {
        let wanted = step.logitRows
        let result = arena.take(wanted.count, x.columns)
        let (source, target) = (arena.rows(x), arena.rows(result))
        parallel(wanted.count, nanoseconds: x.columns / Speed.numbers) { rows, _ in
            for row in rows {
                precondition(wanted[row] >= 0 && wanted[row] < x.rows, "no such row")
                unsafe target[row].update(from: source[Int(wanted[row])], count: x.columns)
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
