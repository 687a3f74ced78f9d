import CKernels
package import Compute

extension CPUBackend {
    package func linear(_ x: Tensor, _ linear: Linear) -> Tensor {
        self.linear(x, RowForm(), linear)
    }

    package func linear(_ linear: Linear, ofNormed x: Tensor, _ norm: Norm) -> Tensor {
        guard case .int8 = matrices[linear.weight.index] else {
            return self.linear(self.norm(x, norm), linear)
        }
        return self.linear(x, RowForm(norm: norm), linear)
    }

    private func linear(_ x: Tensor, _ form: RowForm, _ linear: Linear) -> Tensor {
        precondition(x.columns == linear.inputs, "\(x.columns) inputs for \(linear.inputs)")
        let result = arena.take(x.rows, linear.outputs)
        let mark = arena.top
        defer { arena.release(to: mark) }
        switch matrices[linear.weight.index] {
        case .int8(let matrix):
            let form = RowForm(norm: form.norm, rotation: matrix.rotation)
            multiply(packed(x, form, Visits(all: x.rows)), by: matrix, into: result)
        case .float(let matrix):
            observe(x, before: linear.weight)
            multiply(x, by: matrix, into: result)
        }
        if let bias = linear.bias { add(vectors[bias.index], toRowsOf: result) }
        return result
    }

    package func add(_ linear: Linear, of x: Tensor, times factor: Float, to y: Tensor) {
        precondition(x.columns == linear.inputs, "\(x.columns) inputs for \(linear.inputs)")
        precondition(y.rows == x.rows && y.columns == linear.outputs, "summands have one shape")
        guard case .int8(let matrix) = matrices[linear.weight.index] else {
            add(self.linear(x, linear), times: factor, to: y)
            return
        }
        let mark = arena.top
        defer { arena.release(to: mark) }
        let place = packed(x, RowForm(rotation: matrix.rotation), Visits(all: x.rows))
        add(
            place, by: matrix, bias: linear.bias.map { vectors[$0.index] }, times: factor, to: y)
    }

    private func add(_ bias: StoredVector, toRowsOf y: Tensor) {
        let target = arena.rows(y)
        let kernels = unsafe kernels
        parallel(y.rows, nanoseconds: y.columns / Speed.numbers) { rows, _ in
            for row in rows { unsafe kernels.add(bias.base, y.columns, target[row]) }
        }
    }

    // MARK: Float

    /// Rows of a float product that are one item.
    private static let floatRows = 64

    private func multiply(_ x: Tensor, by matrix: FloatRows, into y: Tensor) {
        let chunks = FloatChunks(matrix, expert: 0)
        let (source, target) = (arena.rows(x), arena.rows(y))
        // What must be decoded is decoded once.
        let rows = chunks.isDecoded ? max(x.rows, 1) : Self.floatRows
        let runs = (x.rows + rows - 1) / rows
        let cost = chunks.nanoseconds(rows: min(x.rows, rows))
        parallel(chunks.count * runs, nanoseconds: cost) { items, worker in
            for item in items {
                let first = item % runs * rows
                unsafe multiply(
                    source[first], stride: x.columns, rows: min(rows, x.rows - first),
                    by: chunks, chunk: item / runs, into: target[first], yStride: y.columns,
                    worker: worker)
            }
        }
    }

    /// Multiplies `rows` inputs with one chunk of a float matrix's outputs.
    func multiply(
        _ x: UnsafePointer<Float>, stride: Int, rows: Int, by chunks: FloatChunks, chunk: Int,
        into y: UnsafeMutablePointer<Float>, yStride: Int, worker: Int
    ) {
        let place = chunks.place(chunk)
        let inputs = chunks.inputs
        let outputs = place.rows.count
        let target = unsafe y + place.output
        switch place.source {
        case .f32(let base):
            unsafe kernels.gemm_f32(
                x, stride, rows, base + place.rows.lowerBound * inputs, inputs, outputs, inputs,
                target, yStride)
        case .bf16(let base):
            unsafe kernels.gemm_bf16(
                x, stride, rows, base + place.rows.lowerBound * inputs, inputs, outputs, inputs,
                target, yStride)
        case .decoded(let decode):
            let memory = unsafe scratch.values(of: Float.self, worker)
            unsafe decode(
                place.rows,
                UnsafeMutableBufferPointer(start: memory, count: outputs * inputs))
            unsafe kernels.gemm_f32(
                x, stride, rows, memory, inputs, outputs, inputs, target, yStride)
        }
    }
}

/// A float matrix of one expert, cut into chunks of outputs. Each chunk lies within one run.
@safe struct FloatChunks {
    private let runs: [FloatRows.Run]
    let inputs: Int
    private let rowsPerChunk: Int
    let count: Int

    private static let rowsPerChunkMax = 32

    init(_ matrix: FloatRows, expert: Int) {
        runs = matrix.runs[expert]
        inputs = matrix.inputs
        let fits = Scratch.workerBytes / (max(inputs, 1) * 4)
        precondition(fits >= 1, "a decoded row fits a worker's scratch")
        let rows = min(Self.rowsPerChunkMax, fits)
        rowsPerChunk = rows
        count = runs.reduce(0) { $0 + ($1.rows + rows - 1) / rows }
    }

    /// Whether some rows are decoded at each use.
    var isDecoded: Bool {
        runs.contains { if case .decoded = $0.source { true } else { false } }
    }

    /// The nanoseconds of one chunk's product with `rows` inputs.
    func nanoseconds(rows: Int) -> Int {
        let weights = rowsPerChunk * inputs
        return Speed.float(rows: rows, weights: weights, bytes: weights * 2)
    }

    /// A chunk's source, its rows in the run, and the index of its first output.
    func place(_ chunk: Int) -> (source: FloatRows.Source, rows: Range<Int>, output: Int) {
        var chunk = chunk
        var output = 0
        for run in runs {
            let chunks = (run.rows + rowsPerChunk - 1) / rowsPerChunk
            if chunk < chunks {
                let first = chunk * rowsPerChunk
                return (
                    run.source, first..<min(first + rowsPerChunk, run.rows), output + first
                )
            }
            chunk -= chunks
            output += run.rows
        }
        preconditionFailure("no such chunk")
    }
}
