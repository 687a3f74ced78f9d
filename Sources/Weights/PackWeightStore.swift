import CKernels
package import Checkpoints
package import Compute
import Memory
package import Models
import Synchronization
package import Threads

/// Weights from a pack, used in place: the file is mapped and nothing is copied, unless huge pages
/// are asked for.
///
/// With the precision f32 the pack's integers are decoded to float32 at each use. That is the
/// reference with which the pack's INT8 arithmetic is compared.
package final class PackWeightStore: WeightStore {
    private let pack: PackFile
    private let precision: WeightScheme.Precision
    private let holder: any WeightHolder
    private let positions: Int
    private let usesHugePages: Bool
    /// The INT8 matrices that were asked for, by key.
    private var integers: [(key: String, matrix: PackedInt8)] = []

    package init(
        _ pack: PackFile, _ precision: WeightScheme.Precision, on holder: any WeightHolder,
        positions: Int, usesHugePages: Bool = false
    ) throws(CheckpointError) {
        guard pack.layoutTag == MatrixFormat.layoutTag else {
            throw CheckpointError(
                .unsupported(
                    "weights laid out as '\(pack.layoutTag)'",
                    remedy: "this program computes with '\(MatrixFormat.layoutTag)': pack the "
                        + "model again"), in: pack.file.location)
        }
        self.pack = pack
        self.precision = precision
        self.holder = holder
        self.positions = positions
        self.usesHugePages = usesHugePages
    }

    package var location: String { pack.file.location }

    /// A pack holds published vectors by their names. It holds matrices joined, by their keys.
    package func contains(_ name: String) -> Bool {
        pack.file.tensor(name) != nil
            || (name.hasSuffix(".weight") && storedForm(String(name.dropLast(7))) != nil)
    }

    package func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix {
        try MatrixLimits.check(request, in: location)
        guard let (form, isRotated) = storedForm(request.key) else {
            throw CheckpointError(.missingTensor(request.key), in: location)
        }
        try check(form, of: request)
        let canBeRotated = request.role == .head || request.role == .projection
        guard !isRotated || canBeRotated && BlockRotation(width: request.columns) != nil
        else {
            throw CheckpointError(
                .malformedTensor(
                    tensor: request.key, "is rotated, which \(request.columns) inputs cannot be"),
                in: location)
        }
        let format = MatrixFormat(
            form: form, experts: request.experts.count, outputs: request.outputs,
            inputs: request.columns, isRotated: isRotated)
        var tensors: [StoredTensor] = []
        for section in format.sections(request.key) {
            let tensor = try pack.file.require(section.name, shape: section.shape)
            guard tensor.format == .plain(section.dtype), tensor.offset % 64 == 0 else {
                throw CheckpointError(
                    .wrongFormat(
                        tensor: section.name, found: tensor.format.description,
                        expected: "\(section.dtype) at a multiple of 64 bytes"), in: location)
            }
            tensors.append(tensor)
        }
        let copies = usesHugePages ? try copied(tensors) : []
        let storage = unsafe format.storage { section in
            unsafe copies.isEmpty
                ? tensors[section].bytes : UnsafeRawBufferPointer(copies[section].bytes)
        }
        var held = storage
        if case .int8(let packed) = storage {
            integers.append((request.key, packed))
            if precision == .f32 { held = .float(packed.decodedRows()) }
        }
        return holder.install(
            held, experts: request.experts.count,
            owners: copies.isEmpty ? [pack.file.file] : copies)
    }

    /// Throws if a pack holds a matrix in a form that its role does not allow: the projections of a
    /// bank of experts all have the same form, and embedding tables and matrices that are
    /// multiplied from both sides are float.
    private func check(_ form: MatrixFormat.Form, of request: MatrixRequest)
        throws(CheckpointError)
    {
        let isInteger = if case .int8 = form { true } else { false }
        let wanted: Bool? =
            switch request.role {
            case .projection: true
            case .router, .absorbed, .embedding: false
            case .head: nil
            }
        guard let wanted, wanted != isInteger else { return }
        throw CheckpointError(
            .wrongFormat(
                tensor: request.key, found: isInteger ? "INT8" : "float",
                expected: wanted ? "INT8" : "float"), in: location)
    }

    private func copied(_ tensors: [StoredTensor]) throws(CheckpointError) -> [AlignedBuffer] {
        var copies: [AlignedBuffer] = []
        for tensor in tensors {
            do throws(MemoryError) {
                let copy = try AlignedBuffer(count: tensor.byteCount, hugePages: true)
                unsafe copy.bytes.copyMemory(from: tensor.bytes)
                copies.append(copy)
            } catch {
                throw CheckpointError(
                    .unavailable(reason: "\(tensor.name): \(error)"), in: location)
            }
        }
        return copies
    }

    package func vector(_ key: String, _ parts: [(name: String, count: Int)])
        throws(CheckpointError) -> Vector
    {
        let count = parts.reduce(0) { $0 + $1.count }
        return holder.install(try values(key, count: count))
    }

    package func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        let tensor = try pack.file.require(name, shape: Shape([count]))
        guard tensor.format == .plain(.f32) else {
            throw CheckpointError(
                .wrongFormat(tensor: name, found: tensor.format.description, expected: "F32"),
                in: location)
        }
        // A file that others made may hold a vector at any offset.
        return (0..<count).map { index in
            unsafe tensor.bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
        }
    }

    package func rotary(_ frequencies: RotaryFrequencies) throws(CheckpointError) -> Rotary {
        try holder.install(frequencies, positions: positions, location: location)
    }

    package func separatesTiedHead(_ request: MatrixRequest) -> Bool {
        storedForm(request.key) != nil
    }

    /// Reads all INT8 matrices that were asked for, and returns an error for each that is damaged.
    /// A pack also holds the sums of its weights, so a change in either is found; padding must be
    /// zero and scales finite.
    package func damage(on pool: WorkerPool) -> [CheckpointError] {
        integers.compactMap { key, matrix in
            if !isWhole(matrix, pool) {
                return error(key, "has sums or padding that do not fit its weights")
            }
            return hasFiniteScales(matrix)
                ? nil : error(key, "has a scale that is a NaN or an infinity")
        }
    }

    private func error(_ key: String, _ what: String) -> CheckpointError {
        CheckpointError(.malformedTensor(tensor: key, what), in: location)
    }

    private func isWhole(_ matrix: PackedInt8, _ pool: WorkerPool) -> Bool {
        let damaged = Atomic(false)
        pool.run(matrix.experts * matrix.panels) { task, _ in
            let panel = unsafe matrix.panel(task)
            let first = task % matrix.panels * Int(SW_PANEL)
            let outputs = min(Int(SW_PANEL), matrix.outputs - first)
            if unsafe !sw_panel_is_whole(panel.weights, outputs, matrix.inputs, panel.sums) {
                // Only the flag itself matters, and the pool orders this write before the read.
                damaged.store(true, ordering: .relaxed)
            }
        }
        return !damaged.load(ordering: .relaxed)
    }

    private func hasFiniteScales(_ matrix: PackedInt8) -> Bool {
        let groups = matrix.hasGroupScales ? matrix.groups : 1
        guard let kernels = unsafe sw_kernels_select(nil) else { return false }
        return unsafe kernels.pointee.all_finite(
            matrix.scales, matrix.experts * matrix.panels * groups * Int(SW_PANEL))
    }

    /// The form in which the pack holds a matrix; nil if it does not hold it.
    private func storedForm(_ key: String) -> (form: MatrixFormat.Form, isRotated: Bool)? {
        for (key, isRotated) in [(key, false), (key + MatrixFormat.rotatedSuffix, true)] {
            guard let scale = pack.file.tensor(key + ".scale") else { continue }
            let shape = scale.shape.dimensions
            let sums = pack.file.tensor(key + ".sum")?.shape.dimensions ?? []
            // With one group in a row the two cases are the same. Row scales have a second
            // dimension of 1.
            let hasGroupScales = shape.count == 3 && shape == sums && shape[1] > 1
            return (.int8(hasGroupScales: hasGroupScales), isRotated)
        }
        switch pack.file.tensor(key + ".float")?.format {
        case .plain(.f32): return (.f32, false)
        case .plain(.bf16): return (.bf16, false)
        default: return nil
        }
    }
}

extension PackedInt8 {
    /// The integers times their scales as float32, decoded at each use.
    func decodedRows() -> FloatRows {
        FloatRows(
            outputs: outputs, inputs: inputs,
            runs: (0..<experts).map { expert in
                [
                    FloatRows.Run(
                        rows: outputs,
                        source: unsafe .decoded { rows, target in
                            for (index, row) in rows.enumerated() {
                                unsafe decode(
                                    row, of: expert,
                                    into: UnsafeMutableBufferPointer(
                                        rebasing: target[index * inputs..<(index + 1) * inputs]))
                            }
                        })
                ]
            })
    }

    private func decode(
        _ row: Int, of expert: Int, into target: UnsafeMutableBufferPointer<Float>
    ) {
        let width = Int(SW_PANEL)
        let panel = unsafe self.panel(expert * panels + row / width)
        let lane = row % width
        for column in 0..<inputs {
            let group = hasGroupScales ? column / Int(SW_GROUP) : 0
            let number = unsafe panel.weights[(column / 4 * width + lane) * 4 + column % 4]
            unsafe target[column] = Float(number) * panel.scales[group * width + lane]
        }
        if let rotation, let base = target.baseAddress {
            unsafe rotation.apply(base, width: inputs)
        }
    }
}
