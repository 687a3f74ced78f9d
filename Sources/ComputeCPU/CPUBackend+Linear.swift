import CKernels
package import Compute

/// Quantized inputs in the packed form that the kernels multiply with panels.
@safe struct PackedRows {
    /// `[slices][rows][4]` bytes.
    let numbers: UnsafePointer<UInt8>
    /// `[groups][rows]`.
    let scales: UnsafePointer<Float>
    /// `[groups][rows]`.
    let zeros: UnsafePointer<Int32>
    let rows: Int
}

/// A place for `PackedRows` in the arena.
struct PackedPlace {
    let numbers: Int
    let scales: Int
    let zeros: Int
    let slices: Int
    let groups: Int
}

extension CPUBackend {
    package func linear(_ x: Tensor, _ linear: Linear) -> Tensor {
        precondition(x.columns == linear.inputs, "\(x.columns) inputs for \(linear.inputs)")
        let result = arena.take(x.rows, linear.outputs)
        let mark = arena.top
        defer { arena.release(to: mark) }
        switch matrices[linear.weight.index] {
        case .int8(let matrix):
            let place = takePacked(rows: x.rows, inputs: matrix.inputs)
            quantize(matrix.rotation.map { rotated(x, $0) } ?? x, to: place)
            multiply(place, rows: x.rows, by: matrix, into: result)
        case .float(let matrix):
            record(x, before: linear.weight)
            multiply(x, by: matrix, into: result)
        }
        if let bias = linear.bias { add(vectors[bias.index], toRowsOf: result) }
        return result
    }

    private func rotated(_ x: Tensor, _ rotation: BlockRotation) -> Tensor {
        let result = arena.take(x.rows, x.columns)
        parallel(taskCount(rows: x.rows)) { task, _ in
            for row in rows(of: task, total: x.rows) {
                let values = unsafe arena.floats(result) + row * x.columns
                unsafe values.update(from: arena.floats(x) + row * x.columns, count: x.columns)
                unsafe rotation.apply(values, width: x.columns)
            }
        }
        return result
    }

    private func add(_ bias: [Float], toRowsOf y: Tensor) {
        parallel(taskCount(rows: y.rows)) { task, _ in
            for row in rows(of: task, total: y.rows) {
                unsafe kernels.add(bias, y.columns, arena.floats(y) + row * y.columns)
            }
        }
    }

    // MARK: INT8

    func takePacked(rows: Int, inputs: Int) -> PackedPlace {
        let slices = (inputs + 3) / 4
        let groups = (inputs + SW_GROUP - 1) / SW_GROUP
        return PackedPlace(
            numbers: arena.takeBytes(slices * 4 * rows), scales: arena.takeBytes(groups * rows * 4),
            zeros: arena.takeBytes(groups * rows * 4), slices: slices, groups: groups)
    }

    /// The rows `first ..< first + count` of a place. These rows are packed together.
    func packedRows(_ place: PackedPlace, first: Int = 0, count: Int) -> PackedRows {
        unsafe PackedRows(
            numbers: UnsafePointer(
                arena.address(place.numbers + first * place.slices * 4)
                    .assumingMemoryBound(to: UInt8.self)),
            scales: UnsafePointer(
                arena.address(place.scales + first * place.groups * 4)
                    .assumingMemoryBound(to: Float.self)),
            zeros: UnsafePointer(
                arena.address(place.zeros + first * place.groups * 4)
                    .assumingMemoryBound(to: Int32.self)),
            rows: count)
    }

    /// Tokens quantized by one task, since their packed slices share cache lines.
    private static let tokensPerTask = 16

    func quantize(_ x: Tensor, to place: PackedPlace) {
        let tasks = (x.rows + Self.tokensPerTask - 1) / Self.tokensPerTask
        parallel(tasks) { task, _ in
            let packed = packedRows(place, count: x.rows)
            let first = task * Self.tokensPerTask
            for row in first..<min(first + Self.tokensPerTask, x.rows) {
                unsafe kernels.quantize(
                    arena.floats(x) + row * x.columns, x.columns,
                    UnsafeMutablePointer(mutating: packed.numbers) + row * 4, x.rows * 4,
                    UnsafeMutablePointer(mutating: packed.scales) + row,
                    UnsafeMutablePointer(mutating: packed.zeros) + row, x.rows)
            }
        }
    }

    private func multiply(
        _ place: PackedPlace, rows: Int, by matrix: PackedInt8, into y: Tensor
    ) {
        let split = PanelSplit(
            rows: rows, panels: matrix.panels, panelBytes: matrix.panelBytes, workers: threads)
        parallel(split.tasks) { task, _ in
            let part = split.part(task)
            let packed = packedRows(place, count: rows)
            for panel in part.panels {
                unsafe multiplyPanel(
                    packed, part.rows, by: matrix, expert: 0, panel: panel,
                    into: arena.floats(y) + part.rows.lowerBound * y.columns
                        + panel * SW_PANEL,
                    stride: y.columns)
            }
        }
    }

    /// Multiplies some of the packed rows with one panel. `y` is the address of the first row's
    /// first output.
    func multiplyPanel(
        _ x: PackedRows, _ rows: Range<Int>, by matrix: PackedInt8, expert: Int, panel: Int,
        into y: UnsafeMutablePointer<Float>, stride: Int
    ) {
        let width = SW_PANEL
        let weights = unsafe matrix.panel(expert * matrix.panels + panel)
        var arguments = unsafe sw_gemm_w8a8(
            a: x.numbers + rows.lowerBound * 4, a_rows: x.rows,
            a_scale: x.scales + rows.lowerBound, a_zero: x.zeros + rows.lowerBound,
            rows: rows.count, w: weights.weights, w_scale: weights.scales,
            w_scale_stride: matrix.hasGroupScales ? width : 0, w_sum: weights.sums,
            k: matrix.inputs, y: y, y_stride: stride,
            columns: min(width, matrix.outputs - panel * width))
        unsafe kernels.gemm_w8a8(&arguments)
    }

    // MARK: Float

    private func multiply(_ x: Tensor, by matrix: FloatRows, into y: Tensor) {
        let chunks = FloatChunks(matrix, expert: 0)
        parallel(chunks.count) { task, worker in
            unsafe multiply(
                arena.floats(x), stride: x.columns, rows: x.rows, by: chunks, chunk: task,
                into: arena.floats(y), yStride: y.columns, worker: worker)
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
            let memory = unsafe scratch(worker).assumingMemoryBound(to: Float.self)
            unsafe decode(
                place.rows,
                UnsafeMutableBufferPointer(start: memory, count: outputs * inputs))
            unsafe kernels.gemm_f32(
                x, stride, rows, memory, inputs, outputs, inputs, target, yStride)
        }
    }
}

/// How the product of packed rows and panels is cut into tasks. A task's time is estimated by its
/// bytes of weights if there are few rows, and by its operations if there are many.
struct PanelSplit {
    private let rows: Int
    private let panels: Int
    private let panelsPerTask: Int
    private let panelTasks: Int

    /// The most rows in a task, so that their packed inputs stay in a core's L2 cache.
    private static let rowsMax = 240
    /// The least nanoseconds that a task should take.
    private static let taskNanoseconds = 10_000

    init(rows: Int, panels: Int, panelBytes: Int, workers: Int) {
        self.rows = rows
        self.panels = panels
        // Assumes 16 bytes of weights from memory and 128 products per nanosecond.
        let cost = max(panelBytes / 16, min(rows, Self.rowsMax) * panelBytes / 128)
        let wanted = max(1, Self.taskNanoseconds / max(cost, 1))
        let balanced = max(1, panels / (workers * 4))
        panelsPerTask = max(1, min(wanted, balanced))
        panelTasks = (panels + panelsPerTask - 1) / panelsPerTask
    }

    private var rowTasks: Int { (rows + Self.rowsMax - 1) / Self.rowsMax }
    var tasks: Int { panelTasks * rowTasks }

    func part(_ task: Int) -> (rows: Range<Int>, panels: Range<Int>) {
        let row = task % rowTasks * Self.rowsMax
        let panel = task / rowTasks * panelsPerTask
        return (
            row..<min(row + Self.rowsMax, rows), panel..<min(panel + panelsPerTask, panels)
        )
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
        let fits = CPUBackend.scratchBytes / (max(inputs, 1) * 4)
        precondition(fits >= 1, "a decoded row fits a worker's scratch")
        let rows = min(Self.rowsPerChunkMax, fits)
        rowsPerChunk = rows
        count = runs.reduce(0) { $0 + ($1.rows + rows - 1) / rows }
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
