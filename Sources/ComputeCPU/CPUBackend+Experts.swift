import CKernels
package import Compute

extension CPUBackend {
    package func experts(_ x: Tensor, _ bank: ExpertBank, _ routes: Routes) -> Tensor {
        precondition(routes.tokens == x.rows, "a row of routes for each token")
        let result = arena.take(x.rows, bank.hidden)
        let mark = arena.top
        defer { arena.release(to: mark) }
        let visits = sortedByExpert(routes, experts: bank.experts)
        let outputs = arena.take(visits.count, bank.hidden)
        run(bank, x, visits, into: outputs)
        addBiases(bank, visits, to: outputs)
        combine(outputs, visits, routes, into: result)
        return result
    }

    package func feedForward(_ x: Tensor, _ bank: ExpertBank) -> Tensor {
        let result = arena.take(x.rows, bank.hidden)
        let mark = arena.top
        defer { arena.release(to: mark) }
        let visits = allVisitOne(x.rows)
        run(bank, x, visits, into: result)
        addBiases(bank, visits, to: result)
        return result
    }

    private func run(_ bank: ExpertBank, _ x: Tensor, _ visits: Visits, into outputs: Tensor) {
        precondition(x.columns == bank.hidden, "\(x.columns) inputs for \(bank.hidden)")
        switch (matrices[bank.gate.index], matrices[bank.up.index], matrices[bank.down.index]) {
        case (.int8(let gate), .int8(let up), .int8(let down)):
            run(bank, gate, up, down, x, visits, into: outputs)
        case (.float(let gate), .float(let up), .float(let down)):
            run(bank, gate, up, down, x, visits, into: outputs)
        default:
            preconditionFailure("the projections of a bank have one form")
        }
    }

    // MARK: INT8

    private func run(
        _ bank: ExpertBank, _ gate: PackedInt8, _ up: PackedInt8, _ down: PackedInt8, _ x: Tensor,
        _ visits: Visits, into outputs: Tensor
    ) {
        let inputs = takePacked(rows: visits.count, inputs: gate.inputs)
        if visits.areAll {
            quantize(x, to: inputs)
        } else {
            quantizeAndPack(x, visits, to: inputs)
        }
        let inner = takePacked(rows: visits.count, inputs: down.inputs)
        gateAndUp(bank, gate, up, inputs, visits, into: inner)
        project(down, inner, visits, into: outputs)
    }

    /// Quantizes each token once, then packs the result for every expert that the token visits.
    private func quantizeAndPack(_ x: Tensor, _ visits: Visits, to place: PackedPlace) {
        let bytes = place.slices * 4
        let plain = arena.takeBytes(x.rows * bytes)
        let scales = arena.take(x.rows, place.groups)
        let zeros = arena.take(x.rows, place.groups)
        let pointers = arena.takeBytes(visits.count * MemoryLayout<Int>.size)
        parallel(taskCount(rows: x.rows)) { task, _ in
            for row in rows(of: task, total: x.rows) {
                unsafe kernels.quantize(
                    arena.floats(x) + row * x.columns, x.columns,
                    (arena.address(plain) + row * bytes).assumingMemoryBound(to: UInt8.self), 4,
                    arena.floats(scales) + row * place.groups,
                    arena.ints(zeros) + row * place.groups, 1)
            }
        }
        parallel(visits.partsMax) { task, _ in
            guard let part = self.part(task, of: visits) else { return }
            let packed = packedRows(place, first: part.first, count: part.count)
            let rows = unsafe arena.address(pointers)
                .assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
            for row in part.rows {
                let token = unsafe Int(arena.ints(visits.tokens)[part.first + row])
                unsafe rows[part.first + row] = UnsafePointer(
                    (arena.address(plain) + token * bytes).assumingMemoryBound(to: UInt8.self))
                for group in 0..<place.groups {
                    let target = group * part.count + row
                    let source = token * place.groups + group
                    unsafe UnsafeMutablePointer(mutating: packed.scales)[target] =
                        arena.floats(scales)[source]
                    unsafe UnsafeMutablePointer(mutating: packed.zeros)[target] =
                        arena.ints(zeros)[source]
                }
            }
            unsafe kernels.pack_rows(
                rows + part.first + part.rows.lowerBound, part.rows.count, place.slices,
                UnsafeMutablePointer(mutating: packed.numbers) + part.rows.lowerBound * 4,
                part.count)
        }
    }

    /// How many rows of gate's and up's outputs a worker holds at a time.
    private static let rowsPerPass = 48

    /// `activation(gate(x), up(x))`, quantized again in groups of 128 inner outputs. A task
    /// computes one group.
    private func gateAndUp(
        _ bank: ExpertBank, _ gate: PackedInt8, _ up: PackedInt8, _ inputs: PackedPlace,
        _ visits: Visits, into inner: PackedPlace
    ) {
        let group = SW_GROUP
        let columnTasks = (gate.outputs + group - 1) / group
        parallel(visits.partsMax * columnTasks) { task, worker in
            guard let part = self.part(task / columnTasks, of: visits) else { return }
            let columnGroup = task % columnTasks
            var first = part.rows.lowerBound
            while first < part.rows.upperBound {
                let rows = first..<min(first + Self.rowsPerPass, part.rows.upperBound)
                gateAndUp(
                    bank, gate, up, inputs, part, rows, columnGroup, into: inner, worker: worker)
                first = rows.upperBound
            }
        }
    }

    private func gateAndUp(
        _ bank: ExpertBank, _ gate: PackedInt8, _ up: PackedInt8, _ inputs: PackedPlace,
        _ part: Visits.Part, _ rows: Range<Int>, _ columnGroup: Int, into inner: PackedPlace,
        worker: Int
    ) {
        let group = SW_GROUP
        let width = SW_PANEL
        let x = packedRows(inputs, first: part.first, count: part.count)
        let firstColumn = columnGroup * group
        let columns = min(group, gate.outputs - firstColumn)
        let gates = unsafe scratch(worker).assumingMemoryBound(to: Float.self)
        let ups = unsafe gates + Self.rowsPerPass * group
        for panel in 0..<(columns + width - 1) / width {
            let index = firstColumn / width + panel
            unsafe multiplyPanel(
                x, rows, by: gate, expert: part.expert, panel: index, into: gates + panel * width,
                stride: group)
            unsafe multiplyPanel(
                x, rows, by: up, expert: part.expert, panel: index, into: ups + panel * width,
                stride: group)
        }
        let y = packedRows(inner, first: part.first, count: part.count)
        for row in rows {
            let values = unsafe gates + (row - rows.lowerBound) * group
            unsafe activate(
                values, ups + (row - rows.lowerBound) * group, bank, expert: part.expert,
                from: firstColumn, count: columns)
            unsafe kernels.quantize(
                values, columns,
                UnsafeMutablePointer(mutating: y.numbers) + firstColumn * part.count + row * 4,
                part.count * 4,
                UnsafeMutablePointer(mutating: y.scales) + columnGroup * part.count + row,
                UnsafeMutablePointer(mutating: y.zeros) + columnGroup * part.count + row,
                part.count)
        }
    }

    private func project(
        _ down: PackedInt8, _ inner: PackedPlace, _ visits: Visits, into outputs: Tensor
    ) {
        let split = PanelSplit(
            rows: 1, panels: down.panels, panelBytes: down.panelBytes, workers: threads)
        let width = SW_PANEL
        parallel(visits.partsMax * split.tasks) { task, _ in
            guard let part = self.part(task / split.tasks, of: visits) else { return }
            let x = packedRows(inner, first: part.first, count: part.count)
            for panel in split.part(task % split.tasks).panels {
                unsafe multiplyPanel(
                    x, part.rows, by: down, expert: part.expert, panel: panel,
                    into: arena.floats(outputs)
                        + (part.first + part.rows.lowerBound) * outputs.columns + panel * width,
                    stride: outputs.columns)
            }
        }
    }

    // MARK: Float

    private func run(
        _ bank: ExpertBank, _ gate: FloatRows, _ up: FloatRows, _ down: FloatRows, _ x: Tensor,
        _ visits: Visits, into outputs: Tensor
    ) {
        let inputs = gathered(x, visits)
        record(inputs, visits, before: bank.gate)
        let gates = arena.take(visits.count, gate.outputs)
        let ups = arena.take(visits.count, up.outputs)
        project(gate, inputs, visits, into: gates)
        project(up, inputs, visits, into: ups)
        forRows(of: visits) { row, expert in
            unsafe activate(
                arena.floats(gates) + row * gates.columns, arena.floats(ups) + row * ups.columns,
                bank, expert: expert, from: 0, count: gates.columns)
        }
        record(gates, visits, before: bank.down)
        project(down, gates, visits, into: outputs)
    }

    /// Runs `body` for each row with the expert that it visits.
    private func forRows(of visits: Visits, _ body: (_ row: Int, _ expert: Int) -> Void) {
        let runs = (Visits.partRowsMax + Self.rowsPerTask - 1) / Self.rowsPerTask
        parallel(visits.partsMax * runs) { task, _ in
            guard let part = self.part(task / runs, of: visits) else { return }
            let first = part.rows.lowerBound + task % runs * Self.rowsPerTask
            for row in first..<max(first, min(first + Self.rowsPerTask, part.rows.upperBound)) {
                body(part.first + row, part.expert)
            }
        }
    }

    private func gathered(_ x: Tensor, _ visits: Visits) -> Tensor {
        if visits.areAll { return x }
        let result = arena.take(visits.count, x.columns)
        parallel(taskCount(rows: visits.count)) { task, _ in
            for row in rows(of: task, total: visits.count) {
                let token = unsafe Int(arena.ints(visits.tokens)[row])
                unsafe (arena.floats(result) + row * x.columns).update(
                    from: arena.floats(x) + token * x.columns, count: x.columns)
            }
        }
        return result
    }

    private func project(_ matrix: FloatRows, _ x: Tensor, _ visits: Visits, into y: Tensor) {
        let chunks = (0..<matrix.runs.count).map { FloatChunks(matrix, expert: $0) }
        let chunksMax = chunks.map(\.count).max() ?? 0
        parallel(visits.partsMax * chunksMax) { task, worker in
            guard let part = self.part(task / chunksMax, of: visits),
                task % chunksMax < chunks[part.expert].count
            else { return }
            let first = part.first + part.rows.lowerBound
            unsafe multiply(
                arena.floats(x) + first * x.columns, stride: x.columns, rows: part.rows.count,
                by: chunks[part.expert], chunk: task % chunksMax,
                into: arena.floats(y) + first * y.columns, yStride: y.columns, worker: worker)
        }
    }

    // MARK: Combining

    private func addBiases(_ bank: ExpertBank, _ visits: Visits, to outputs: Tensor) {
        guard let bias = bank.biases?.down else { return }
        forRows(of: visits) { row, expert in
            unsafe vectors[bias.vector.index].withUnsafeBufferPointer { values in
                let first = bias.first + expert * outputs.columns
                precondition(first + outputs.columns <= values.count, "a bias for each output")
                guard let base = values.baseAddress else { return }
                unsafe kernels.add(
                    base + first, outputs.columns, arena.floats(outputs) + row * outputs.columns)
            }
        }
    }

    /// Adds up each token's weighted outputs by ascending expert.
    private func combine(
        _ outputs: Tensor, _ visits: Visits, _ routes: Routes, into result: Tensor
    ) {
        let topK = routes.topK
        parallel(taskCount(rows: result.rows)) { task, _ in
            for token in rows(of: task, total: result.rows) {
                let sum = unsafe arena.floats(result) + token * result.columns
                unsafe sum.update(repeating: 0, count: result.columns)
                for place in token * topK..<(token + 1) * topK {
                    let row = unsafe Int(arena.ints(visits.places)[place])
                    unsafe kernels.multiply_add(
                        arena.floats(routes.weights)[place],
                        arena.floats(outputs) + row * outputs.columns, outputs.columns, sum)
                }
            }
        }
    }
}
