import CKernels
import Compute

/// Quantized inputs in the packed form that the kernels multiply with panels.
@safe struct PackedRows {
    /// `[slices][rows][4]` bytes.
    let numbers: UnsafeMutablePointer<UInt8>
    /// `[groups][rows]`.
    let scales: UnsafeMutablePointer<Float>
    /// `[groups][rows]`.
    let zeros: UnsafeMutablePointer<Int32>
    let rows: Int
}

/// Where quantized inputs lie in the arena, those of each expert packed together.
struct PackedPlace {
    let numbers: Int
    let scales: Int
    let zeros: Int
    let rows: Int
    let slices: Int
    let groups: Int
}

/// The memory of a `PackedPlace`.
@safe struct PackedMemory {
    private let numbers: UnsafeMutablePointer<UInt8>
    private let scales: UnsafeMutablePointer<Float>
    private let zeros: UnsafeMutablePointer<Int32>
    let slices: Int
    let groups: Int

    init(_ place: PackedPlace, _ arena: Arena) {
        unsafe numbers = arena.values(at: place.numbers, count: place.rows * place.slices * 4)
        unsafe scales = arena.values(at: place.scales, count: place.rows * place.groups)
        unsafe zeros = arena.values(at: place.zeros, count: place.rows * place.groups)
        slices = place.slices
        groups = place.groups
    }

    /// The rows `first ..< first + count`, which are packed together. A row alone is packed as it
    /// is when it is not.
    func rows(_ first: Int, count: Int) -> PackedRows {
        unsafe PackedRows(
            numbers: numbers + first * slices * 4, scales: scales + first * groups,
            zeros: zeros + first * groups, rows: count)
    }
}

/// What rows of a tensor become before they are quantized.
struct RowForm {
    var norm: Norm?
    var rotation: BlockRotation?
}

extension CPUBackend {
    func takePacked(rows: Int, inputs: Int) -> PackedPlace {
        let slices = (inputs + 3) / 4
        let groups = (inputs + SW_GROUP - 1) / SW_GROUP
        return PackedPlace(
            numbers: arena.takeBytes(slices * 4 * rows), scales: arena.takeBytes(groups * rows * 4),
            zeros: arena.takeBytes(groups * rows * 4), rows: rows, slices: slices, groups: groups)
    }

    /// Rows whose packed slices share cache lines, and which one thread therefore quantizes.
    private static let sharedRows = 16

    /// Quantizes and packs the inputs of a grouped product: all rows of `x`, or for each expert
    /// those that visit it.
    func packed(_ x: Tensor, _ form: RowForm, _ visits: Visits) -> PackedPlace {
        let place = takePacked(rows: visits.count, inputs: x.columns)
        guard let sorted = visits.sorted else {
            quantize(x, form, to: place)
            return place
        }
        let mark = arena.top
        defer { arena.release(to: mark) }
        let plain = takePacked(rows: x.rows, inputs: x.columns)
        quantizeRows(x, form, to: plain)
        pack(plain, visits, sorted, into: place)
        return place
    }

    /// Quantizes rows, all packed together.
    private func quantize(_ x: Tensor, _ form: RowForm, to place: PackedPlace) {
        let source = RowSource(self, x, form)
        let target = PackedMemory(place, arena).rows(0, count: x.rows)
        let kernels = unsafe kernels
        let shared = Self.sharedRows
        let nanoseconds = shared * x.columns / Speed.numbers
        parallel((x.rows + shared - 1) / shared, nanoseconds: nanoseconds) { items, worker in
            for row in items.lowerBound * shared..<min(items.upperBound * shared, x.rows) {
                unsafe kernels.quantize(
                    source.row(row, worker), x.columns, target.numbers + row * 4, x.rows * 4,
                    target.scales + row, target.zeros + row, x.rows)
            }
        }
    }

    /// Quantizes rows, each by itself.
    private func quantizeRows(_ x: Tensor, _ form: RowForm, to place: PackedPlace) {
        let source = RowSource(self, x, form)
        let memory = PackedMemory(place, arena)
        let kernels = unsafe kernels
        parallel(x.rows, nanoseconds: x.columns / Speed.numbers) { items, worker in
            for row in items {
                let target = memory.rows(row, count: 1)
                unsafe kernels.quantize(
                    source.row(row, worker), x.columns, target.numbers, 4, target.scales,
                    target.zeros, 1)
            }
        }
    }

    /// Packs quantized rows for every expert that they visit.
    private func pack(
        _ plain: PackedPlace, _ visits: Visits, _ sorted: Visits.Sorted, into place: PackedPlace
    ) {
        let pointers = arena.takeBytes(visits.count * MemoryLayout<Int>.size)
        let rows = unsafe arena.values(
            of: UnsafePointer<UInt8>?.self, at: pointers, count: visits.count)
        let (from, to) = (PackedMemory(plain, arena), PackedMemory(place, arena))
        let tokens = unsafe arena.integers(sorted.rows).base
        let parts = Parts(visits, arena)
        let kernels = unsafe kernels
        let nanoseconds =
            visits.count / max(visits.parts, 1) * place.slices * 4 / Speed.numbers
        parallel(visits.parts, nanoseconds: nanoseconds) { items, _ in
            for index in items {
                let part = parts[index]
                let packed = to.rows(part.first, count: part.count)
                for row in part.rows {
                    let source = unsafe from.rows(Int(tokens[part.first + row]), count: 1)
                    unsafe rows[part.first + row] = UnsafePointer(source.numbers)
                    for group in 0..<place.groups {
                        let target = group * part.count + row
                        unsafe packed.scales[target] = source.scales[group]
                        unsafe packed.zeros[target] = source.zeros[group]
                    }
                }
                let first = part.rows.lowerBound
                unsafe kernels.pack_rows(
                    rows + part.first + first, part.rows.count, place.slices,
                    packed.numbers + first * 4, part.count)
            }
        }
    }
}

/// Rows of a tensor in the form in which they are quantized. A form is made in a worker's scratch
/// memory.
@safe struct RowSource {
    private let values: Rows<Float>
    private let width: Int
    private let rotation: BlockRotation?
    private let norm: (gain: StoredVector, epsilon: Float)?
    private let kernels: sw_kernels
    private let scratch: Scratch

    init(_ backend: CPUBackend, _ x: Tensor, _ form: RowForm) {
        values = backend.arena.rows(x)
        width = x.columns
        rotation = form.rotation
        norm = form.norm.map { (backend.vectors[$0.gain.index], $0.epsilon) }
        unsafe kernels = unsafe backend.kernels
        scratch = backend.scratch
        if let gain = norm?.gain {
            precondition(gain.count == width, "the norm is as wide as its input")
        }
    }

    func row(_ row: Int, _ worker: Int) -> UnsafePointer<Float> {
        let source = unsafe values[row]
        guard norm != nil || rotation != nil else { return unsafe UnsafePointer(source) }
        let made = unsafe scratch.values(of: Float.self, worker)
        var values = unsafe UnsafePointer(source)
        if let norm {
            unsafe kernels.rms_norm(values, norm.gain.base, norm.epsilon, width, made)
            unsafe values = UnsafePointer(made)
        }
        if let rotation {
            unsafe kernels.rotate(values, width, rotation.block, rotation.factor, made)
        }
        return unsafe UnsafePointer(made)
    }
}
