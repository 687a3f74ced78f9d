import CKernels
package import Compute

extension CPUBackend {
    package func latentAttention(
        queries: Tensor, latents: Tensor, up: Matrix, _ shape: LatentAttentionShape,
        _ layer: KVLayer
    ) -> Tensor {
        precondition(queries.columns == shape.heads * shape.headDim, "a query of each head")
        precondition(latents.columns == shape.latent + shape.ropeDim, "a latent of each token")
        precondition(
            up.outputs == shape.heads * shape.upRows && up.inputs == shape.latent,
            "the up-projection leads from the latent to keys and values")
        guard case .float(let matrix) = matrices[up.index], let run = matrix.runs[0].first,
            run.rows == matrix.outputs
        else { preconditionFailure("the up-projection is float and in one piece") }
        let absorbedShape = shape.absorbed
        let result = arena.take(queries.rows, shape.heads * shape.valueDim)
        let mark = arena.top
        defer { arena.release(to: mark) }
        store(keys: latents, at: 0, values: latents, at: 0, absorbedShape, layer)
        let absorbed = arena.take(queries.rows, absorbedShape.queryColumns)
        absorb(queries, run.source, shape, into: absorbed)
        let attended = attend(absorbed, absorbedShape, layer)
        expand(attended, run.source, shape, into: result)
        return result
    }

    /// Rows for which a head's part of the up-projection is read once.
    private static let rowsPerRun = 64

    /// Runs `body` for each head and run of rows.
    private func forHeads(
        _ heads: Int, rows: Int, _ body: (_ head: Int, _ rows: Range<Int>, _ worker: Int) -> Void
    ) {
        let runs = (rows + Self.rowsPerRun - 1) / Self.rowsPerRun
        parallel(heads * runs, nanoseconds: Speed.run) { items, worker in
            for item in items {
                let first = item % runs * Self.rowsPerRun
                body(item / runs, first..<min(first + Self.rowsPerRun, rows), worker)
            }
        }
    }

    /// `q(head) W_uk(head)`, followed by the rotated part.
    private func absorb(
        _ queries: Tensor, _ up: FloatRows.Source, _ shape: LatentAttentionShape,
        into absorbed: Tensor
    ) {
        let width = shape.latent + shape.ropeDim
        let (source, target) = (arena.rows(queries), arena.rows(absorbed))
        forHeads(shape.heads, rows: queries.rows) { head, rows, worker in
            let first = rows.lowerBound
            let x = unsafe source[first] + head * shape.headDim
            let y = unsafe target[first] + head * width
            unsafe multiplyTransposed(
                x, stride: queries.columns, rows: rows.count, by: up,
                firstRow: head * shape.upRows, count: shape.plainDim, columns: shape.latent,
                into: y, yStride: absorbed.columns, worker: worker)
            for row in 0..<rows.count {
                unsafe (y + row * absorbed.columns + shape.latent).update(
                    from: x + row * queries.columns + shape.plainDim, count: shape.ropeDim)
            }
        }
    }

    /// `W_uv(head) o(head)`.
    private func expand(
        _ attended: Tensor, _ up: FloatRows.Source, _ shape: LatentAttentionShape,
        into result: Tensor
    ) {
        let (source, target) = (arena.rows(attended), arena.rows(result))
        forHeads(shape.heads, rows: attended.rows) { head, rows, worker in
            let first = rows.lowerBound
            unsafe multiply(
                source[first] + head * shape.latent,
                stride: attended.columns, rows: rows.count, by: up,
                firstRow: head * shape.upRows + shape.plainDim, count: shape.valueDim,
                columns: shape.latent,
                into: target[first] + head * shape.valueDim,
                yStride: result.columns, worker: worker)
        }
    }

    /// `y(r, n) = sum over k of x(r, k) w(firstRow + k, n)`, k ascending over `count` rows.
    private func multiplyTransposed(
        _ x: UnsafePointer<Float>, stride: Int, rows: Int, by source: FloatRows.Source,
        firstRow: Int, count: Int, columns: Int, into y: UnsafeMutablePointer<Float>, yStride: Int,
        worker: Int
    ) {
        if case .bf16(let base) = source {
            unsafe kernels.gemm_bf16_transposed(
                x, stride, rows, base + firstRow * columns, columns, columns, count, y, yStride)
            return
        }
        for row in 0..<rows {
            unsafe (y + row * yStride).update(repeating: 0, count: columns)
        }
        for k in 0..<count {
            let weights = unsafe floats(
                source, firstRow + k..<firstRow + k + 1, columns: columns, worker: worker)
            for row in 0..<rows {
                unsafe kernels.multiply_add(
                    x[row * stride + k], weights, columns, y + row * yStride)
            }
        }
    }

    /// `y(r, n) = sum over k of x(r, k) w(firstRow + n, k)`, n over `count` rows.
    private func multiply(
        _ x: UnsafePointer<Float>, stride: Int, rows: Int, by source: FloatRows.Source,
        firstRow: Int, count: Int, columns: Int, into y: UnsafeMutablePointer<Float>, yStride: Int,
        worker: Int
    ) {
        if case .bf16(let base) = source {
            unsafe kernels.gemm_bf16(
                x, stride, rows, base + firstRow * columns, columns, count, columns, y, yStride)
            return
        }
        let step = Scratch.workerBytes / (columns * 4)
        precondition(step > 0, "a row of the up-projection fits a worker's scratch")
        var done = 0
        while done < count {
            let part = min(step, count - done)
            let first = firstRow + done
            let weights = unsafe floats(
                source, first..<first + part, columns: columns, worker: worker)
            unsafe kernels.gemm_f32(
                x, stride, rows, weights, columns, part, columns, y + done, yStride)
            done += part
        }
    }

    /// Some rows as float32: in place, or decoded into the worker's scratch memory.
    private func floats(
        _ source: FloatRows.Source, _ rows: Range<Int>, columns: Int, worker: Int
    ) -> UnsafePointer<Float> {
        switch source {
        case .f32(let base):
            return unsafe base + rows.lowerBound * columns
        case .bf16:
            preconditionFailure("bf16 has kernels of its own")
        case .decoded(let decode):
            let memory = unsafe scratch.values(of: Float.self, worker)
            unsafe decode(
                rows, UnsafeMutableBufferPointer(start: memory, count: rows.count * columns))
            return unsafe UnsafePointer(memory)
        }
    }
}
