import CKernels
package import Compute

extension CPUBackend {
    package func experts(_ x: Tensor, _ bank: ExpertBank, _ routes: Routes) -> Tensor {
        let result = arena.take(x.rows, bank.hidden)
        run(bank, x, routes, RowSums(result, isAdded: false, factor: 1))
        return result
    }

    package func feedForward(_ x: Tensor, _ bank: ExpertBank) -> Tensor {
        let result = arena.take(x.rows, bank.hidden)
        run(bank, x, nil, RowSums(result, isAdded: false, factor: 1))
        return result
    }

    package func add(
        _ bank: ExpertBank, of x: Tensor, _ routes: Routes, times factor: Float, to y: Tensor
    ) {
        run(bank, x, routes, RowSums(y, isAdded: true, factor: factor))
    }

    package func add(_ bank: ExpertBank, of x: Tensor, times factor: Float, to y: Tensor) {
        run(bank, x, nil, RowSums(y, isAdded: true, factor: factor))
    }

    /// - routes: nil if every row visits the only expert.
    private func run(_ bank: ExpertBank, _ x: Tensor, _ routes: Routes?, _ sums: RowSums) {
        precondition(x.columns == bank.hidden, "\(x.columns) inputs for \(bank.hidden)")
        precondition(routes?.tokens ?? x.rows == x.rows, "a row of routes for each token")
        precondition(
            sums.tensor.rows == x.rows && sums.tensor.columns == bank.hidden,
            "the result is as large as the input")
        let mark = arena.top
        defer { arena.release(to: mark) }
        let visits =
            routes.map { sortedByExpert($0, experts: bank.experts) } ?? Visits(all: x.rows)
        switch (matrices[bank.gate.index], matrices[bank.up.index], matrices[bank.down.index]) {
        case (.int8(let gate), .int8(let up), .int8(let down)):
            let inner = gateAndUp(bank, gate, up, down, x, visits)
            project(bank, down, inner, visits, sums)
        case (.float(let gate), .float(let up), .float(let down)):
            run(bank, gate, up, down, x, visits, routes, sums)
        default:
            preconditionFailure("the projections of a bank have one form")
        }
    }

    // MARK: INT8

    /// How many rows of gate's and up's outputs a worker holds at a time.
    private static let rowsPerPass = 48

    /// `activation(gate(x), up(x))`, rotated as `down` wants it and quantized again in groups of 128
    /// inner outputs. An item computes one group of one part: all panels of gate, then all of up.
    private func gateAndUp(
        _ bank: ExpertBank, _ gate: PackedInt8, _ up: PackedInt8, _ down: PackedInt8,
        _ x: Tensor, _ visits: Visits
    ) -> PackedPlace {
        let inputs = packed(x, RowForm(rotation: gate.rotation), visits)
        // A pack that others made may hold only one of them rotated.
        let upInputs =
            up.rotation == gate.rotation
            ? inputs : packed(x, RowForm(rotation: up.rotation), visits)
        let inner = takePacked(rows: visits.count, inputs: gate.outputs)
        let work = GateAndUp(
            self, bank, GroupedProduct(self, gate, inputs, visits),
            GroupedProduct(self, up, upInputs, visits), inner, down.rotation)
        let groups = inner.groups
        let cost =
            2 * SW_GROUP / GroupedProduct.width
            * work.gate.nanoseconds(rows: visits.count / max(visits.parts, 1))
        parallel(visits.parts * groups, nanoseconds: cost) { items, worker in
            for item in items {
                let part = work.gate.parts[item / groups]
                for first in stride(
                    from: part.rows.lowerBound, to: part.rows.upperBound, by: Self.rowsPerPass)
                {
                    work.run(
                        part, first..<min(first + Self.rowsPerPass, part.rows.upperBound),
                        group: item % groups, worker)
                }
            }
        }
        return inner
    }

    /// One item of `gateAndUp`.
    @safe private struct GateAndUp {
        let gate: GroupedProduct
        let up: GroupedProduct
        private let activation: BankActivation
        private let inner: PackedMemory
        /// Its blocks lie within groups.
        private let rotation: BlockRotation?
        private let kernels: sw_kernels
        private let scratch: Scratch

        init(
            _ backend: CPUBackend, _ bank: ExpertBank, _ gate: GroupedProduct,
            _ up: GroupedProduct, _ inner: PackedPlace, _ rotation: BlockRotation?
        ) {
            self.gate = gate
            self.up = up
            self.rotation = rotation
            activation = BankActivation(backend, bank)
            self.inner = PackedMemory(inner, backend.arena)
            unsafe kernels = unsafe backend.kernels
            scratch = backend.scratch
        }

        func run(_ part: Visits.Part, _ rows: Range<Int>, group: Int, _ worker: Int) {
            let width = GroupedProduct.width
            let first = group * SW_GROUP
            let columns = min(SW_GROUP, gate.matrix.outputs - first)
            let panels = first / width..<(first + columns + width - 1) / width
            let gates = unsafe scratch.values(of: Float.self, worker)
            let ups = unsafe gates + CPUBackend.rowsPerPass * SW_GROUP
            for panel in panels {
                unsafe gate.multiply(
                    part, rows, panel: panel, into: gates + panel * width - first,
                    stride: SW_GROUP)
            }
            for panel in panels {
                unsafe up.multiply(
                    part, rows, panel: panel, into: ups + panel * width - first,
                    stride: SW_GROUP)
            }
            let y = inner.rows(part.first, count: part.count)
            for row in rows {
                let place = (row - rows.lowerBound) * SW_GROUP
                unsafe activation.apply(
                    gates + place, ups + place, expert: part.expert, from: first, count: columns)
                if let rotation {
                    unsafe kernels.rotate(
                        gates + place, columns, rotation.block, rotation.factor, gates + place)
                }
                unsafe kernels.quantize(
                    gates + place, columns, y.numbers + first * part.count + row * 4,
                    part.count * 4, y.scales + group * part.count + row,
                    y.zeros + group * part.count + row, part.count)
            }
        }
    }

    /// The down-projections, each row's weighted sum of them by ascending expert, and what the sum is
    /// for. A worker computes some outputs of all experts, one expert after the other, so that the
    /// order of a sum does not depend on who computes.
    private func project(
        _ bank: ExpertBank, _ down: PackedInt8, _ inner: PackedPlace, _ visits: Visits,
        _ sums: RowSums
    ) {
        let product = GroupedProduct(self, down, inner, visits)
        var combined = sums.tensor
        if visits.sorted != nil, sums.isAdded {
            combined = arena.take(combined.rows, combined.columns)
        }
        let work = DownWork(self, bank, product, visits, arena.rows(combined), sums)
        let cost = visits.parts * product.nanoseconds(rows: visits.count / max(visits.parts, 1))
        parallel(down.panels, nanoseconds: cost) { panels, worker in
            work.run(panels, worker)
        }
    }

    // MARK: Float

    private func run(
        _ bank: ExpertBank, _ gate: FloatRows, _ up: FloatRows, _ down: FloatRows, _ x: Tensor,
        _ visits: Visits, _ routes: Routes?, _ sums: RowSums
    ) {
        let inputs = gathered(x, visits)
        observe(inputs, visits, before: bank.gate)
        let gates = arena.take(visits.count, gate.outputs)
        let ups = arena.take(visits.count, up.outputs)
        let outputs = arena.take(visits.count, down.outputs)
        let activation = BankActivation(self, bank)
        project(gate, inputs, visits, into: gates)
        project(up, inputs, visits, into: ups)
        let (gateRows, upRows) = (arena.rows(gates), arena.rows(ups))
        forRows(of: visits, numbers: gates.columns) { row, expert in
            unsafe activation.apply(
                gateRows[row], upRows[row], expert: expert, from: 0, count: gates.columns)
        }
        observe(gates, visits, before: bank.down)
        project(down, gates, visits, into: outputs)
        let outputRows = arena.rows(outputs)
        forRows(of: visits, numbers: outputs.columns) { row, expert in
            unsafe activation.addDownBias(
                expert: expert, from: 0, count: outputs.columns, to: outputRows[row])
        }
        combine(outputs, visits, topK: routes?.topK ?? 1, sums)
    }

    /// Runs `body` for each visit with its expert.
    private func forRows(
        of visits: Visits, numbers: Int, _ body: (_ row: Int, _ expert: Int) -> Void
    ) {
        let parts = Parts(visits, arena)
        let cost = visits.count / max(visits.parts, 1) * numbers / Speed.numbers
        parallel(visits.parts, nanoseconds: cost) { items, _ in
            for item in items {
                let part = parts[item]
                for row in part.rows { body(part.first + row, part.expert) }
            }
        }
    }

    private func gathered(_ x: Tensor, _ visits: Visits) -> Tensor {
        guard let sorted = visits.sorted else { return x }
        let result = arena.take(visits.count, x.columns)
        let (source, target) = (arena.rows(x), arena.rows(result))
        let tokens = unsafe arena.integers(sorted.rows).base
        parallel(visits.count, nanoseconds: x.columns / Speed.numbers) { rows, _ in
            for row in rows {
                unsafe target[row].update(from: source[Int(tokens[row])], count: x.columns)
            }
        }
        return result
    }

    private func project(_ matrix: FloatRows, _ x: Tensor, _ visits: Visits, into y: Tensor) {
        let chunks = (0..<matrix.runs.count).map { FloatChunks(matrix, expert: $0) }
        let chunksMax = chunks.map(\.count).max() ?? 0
        let parts = Parts(visits, arena)
        let (source, target) = (arena.rows(x), arena.rows(y))
        let cost = chunks.first?.nanoseconds(rows: visits.count / max(visits.parts, 1)) ?? 0
        parallel(visits.parts * chunksMax, nanoseconds: cost) { items, worker in
            for item in items {
                let part = parts[item / chunksMax]
                let chunk = item % chunksMax
                guard chunk < chunks[part.expert].count, !part.rows.isEmpty else { continue }
                let first = part.first + part.rows.lowerBound
                unsafe multiply(
                    source[first], stride: x.columns, rows: part.rows.count,
                    by: chunks[part.expert], chunk: chunk, into: target[first],
                    yStride: y.columns, worker: worker)
            }
        }
    }

    /// Adds up each row's weighted outputs by ascending expert.
    private func combine(
        _ outputs: Tensor, _ visits: Visits, topK: Int, _ sums: RowSums
    ) {
        let (source, target) = (arena.rows(outputs), arena.rows(sums.tensor))
        let weights = unsafe visits.sorted.map { unsafe arena.rows($0.weights).base }
        let places = unsafe visits.sorted.map { unsafe arena.integers($0.places).base }
        let (kernels, scratch) = unsafe (kernels, scratch)
        let columns = outputs.columns
        parallel(sums.tensor.rows, nanoseconds: topK * columns / Speed.numbers) { rows, worker in
            for row in rows {
                let sum =
                    unsafe sums.isAdded
                    ? scratch.values(of: Float.self, worker) : target[row]
                if let weights = unsafe weights, let places = unsafe places {
                    unsafe sum.update(repeating: 0, count: columns)
                    for place in row * topK..<(row + 1) * topK {
                        let visit = unsafe Int(places[place])
                        unsafe kernels.multiply_add(
                            weights[visit], source[visit], columns, sum)
                    }
                } else {
                    unsafe sum.update(from: source[row], count: columns)
                }
                if sums.isAdded {
                    if sums.factor != 1 {
                        unsafe kernels.multiply(sums.factor, sum, columns, sum)
                    }
                    unsafe kernels.add(sum, columns, target[row])
                }
            }
        }
    }
}

/// Where the outputs of a bank go.
struct RowSums {
    let tensor: Tensor
    /// Whether they are added to what is there, times `factor`, or take its place.
    let isAdded: Bool
    let factor: Float

    init(_ tensor: Tensor, isAdded: Bool, factor: Float) {
        self.tensor = tensor
        self.isAdded = isAdded
        self.factor = factor
    }
}

/// Some panels of the down-projections of all experts.
@safe private struct DownWork {
    private let product: GroupedProduct
    private let parts: Int
    private let activation: BankActivation
    private let kernels: sw_kernels
    private let scratch: Scratch
    /// `[visits]`: the row and the weight of each visit; nil if row `i` is visit `i`.
    private let rows: UnsafeMutablePointer<Int32>?
    private let weights: UnsafeMutablePointer<Float>?
    /// Each row's weighted sum.
    private let combined: Rows<Float>
    private let sums: RowSums
    private let target: Rows<Float>

    init(
        _ backend: CPUBackend, _ bank: ExpertBank, _ product: GroupedProduct, _ visits: Visits,
        _ combined: Rows<Float>, _ sums: RowSums
    ) {
        self.product = product
        parts = visits.parts
        activation = BankActivation(backend, bank)
        unsafe kernels = unsafe backend.kernels
        scratch = backend.scratch
        unsafe rows = visits.sorted.map { unsafe backend.arena.integers($0.rows).base }
        unsafe weights = visits.sorted.map { unsafe backend.arena.rows($0.weights).base }
        self.combined = combined
        self.sums = sums
        target = backend.arena.rows(sums.tensor)
    }

    func run(_ panels: Range<Int>, _ worker: Int) {
        let width = GroupedProduct.width
        let first = panels.lowerBound * width
        let columns = min(panels.upperBound * width, product.matrix.outputs) - first
        if unsafe weights != nil {
            for row in 0..<sums.tensor.rows {
                unsafe (combined[row] + first).update(repeating: 0, count: columns)
            }
        }
        for index in 0..<parts {
            let part = product.parts[index]
            guard !part.rows.isEmpty else { continue }
            for panel in panels { run(part, panel, worker) }
        }
        guard unsafe weights != nil, sums.isAdded else { return }
        for row in 0..<sums.tensor.rows {
            unsafe finish(combined[row] + first, columns, to: target[row] + first)
        }
    }

    private func run(_ part: Visits.Part, _ panel: Int, _ worker: Int) {
        let width = GroupedProduct.width
        let (first, columns) = (panel * width, product.columns(panel))
        let tile = unsafe scratch.values(of: Float.self, worker)
        unsafe product.multiply(part, part.rows, panel: panel, into: tile, stride: width)
        for row in part.rows {
            let values = unsafe tile + (row - part.rows.lowerBound) * width
            unsafe activation.addDownBias(
                expert: part.expert, from: first, count: columns, to: values)
            let visit = part.first + row
            if let rows = unsafe rows, let weights = unsafe weights {
                unsafe kernels.multiply_add(
                    weights[visit], values, columns, combined[Int(rows[visit])] + first)
            } else if sums.isAdded {
                unsafe finish(values, columns, to: target[visit] + first)
            } else {
                unsafe (target[visit] + first).update(from: values, count: columns)
            }
        }
    }

    private func finish(
        _ values: UnsafeMutablePointer<Float>, _ columns: Int,
        to target: UnsafeMutablePointer<Float>
    ) {
        if sums.factor != 1 { unsafe kernels.multiply(sums.factor, values, columns, values) }
        unsafe kernels.add(values, columns, target)
    }
}
