package import Checkpoints
import Compute
import JSON
import Memory
package import Models
import Synchronization
package import Threads
import Weights

/// Moves the outliers of activations into the weights that read them, where per-row and per-group
/// scales take them better (SmoothQuant, arXiv:2211.10438): input channel `j` of a set of matrices
/// is divided by `s = sqrt(rms(x_j) / max|w_j|)` (alpha 0.5) and their columns are multiplied by it.
///
/// The paper takes the inputs' maxima, as its scales are fixed. Here each token has its own, so that
/// what counts is how large a channel usually is, not its largest outlier (SmolLM2, 3,066 tokens of
/// the evaluation text, float head: KL 0.0017 with root mean squares, 0.0023 with maxima).
///
/// The divisions are folded into what makes the inputs, so that the model computes the same and costs
/// nothing more: the norm's gain before queries, keys and values and before the feed-forward part,
/// whose router and shared expert's gate have their columns scaled to match; the rows of `up` before
/// `down`; the rows of `v` before `o`, with one factor for all query heads that read a channel. A
/// place is left alone if a bias, a clamp or a norm lies between.
///
/// A head that will be INT8 is smoothed too, by the root mean squares of its own columns: the final
/// norm's gain takes the divisions. A head that is the embedding table becomes a matrix of its own.
package struct Smoothing {
    private let calibration: Calibration
    private let catalog: any WeightCatalog
    private let configuration: JSONObject
    private let pool: WorkerPool
    private let smoothsHead: Bool
    private var factors = SmoothingFactors()

    /// The only alpha but 0 that is offered.
    package static let alpha: Float = 0.5

    /// Whether a checkpoint can be smoothed: packs and stored integers are used unchanged.
    package static func applies(to source: ModelSource) -> Bool {
        guard case .catalog(let catalog) = source.weights else { return false }
        return !catalog.stored.contains { $0.format == .plain(.i8) }
    }

    /// The model with smoothed weights; the same but for rounding.
    ///
    /// - smoothsHead: whether the head will be INT8.
    package static func apply(
        _ calibration: Calibration, to source: ModelSource, smoothsHead: Bool,
        on pool: WorkerPool
    ) throws(CheckpointError) -> ModelSource {
        guard case .catalog(let catalog) = source.weights else {
            throw CheckpointError(
                .unsupported("a pack cannot be smoothed", remedy: "smooth its checkpoint"),
                in: source.path)
        }
        var smoothing = Smoothing(
            calibration: calibration, catalog: catalog, configuration: source.configuration,
            pool: pool, smoothsHead: smoothsHead)
        try smoothing.findFactors()
        return ModelSource(
            source, configuration: source.configuration,
            catalog: SmoothedCatalog(catalog, smoothing.factors))
    }

    private mutating func findFactors() throws(CheckpointError) {
        var layers: [String: [MatrixRequest]] = [:]
        for request in calibration.requests {
            if let layer = Self.layer(request.key) { layers[layer, default: []].append(request) }
        }
        for (layer, requests) in layers {
            let attention = requests.filter { $0.key.hasPrefix(layer + "self_attn.") }
            let network = requests.filter { !$0.key.hasPrefix(layer + "self_attn.") }
            try smooth(
                after: layer + "input_layernorm.weight",
                attention.filter { Self.attentionInputs.contains($0.key.dropLayer(layer)) })
            try smooth(
                after: layer + "post_attention_layernorm.weight",
                network.filter { !$0.key.hasSuffix(".down") })
            for down in network where down.key.hasSuffix(".down") {
                let prefix = down.key.dropLast("down".count)
                if let up = network.first(where: { $0.key == prefix + "up" }) {
                    try smooth(up, before: down)
                }
            }
            try smoothValues(attention, layer)
        }
        if smoothsHead { try smoothHead() }
    }

    /// Projections that read the hidden state after the attention's norm.
    private static let attentionInputs: Set<String> = [
        "self_attn.qkv_proj", "self_attn.q_proj", "self_attn.q_a_proj",
        "self_attn.kv_a_proj_with_mqa",
    ]

    /// `model.layers.N.` of a key in a layer.
    private static func layer(_ key: String) -> String? {
        let parts = key.split(separator: ".", maxSplits: 3)
        guard parts.count == 4, parts[1] == "layers" else { return nil }
        return parts[..<3].joined(separator: ".") + "."
    }

    // MARK: Places

    /// A norm, and all that reads what it makes.
    private mutating func smooth(after norm: String, _ readers: [MatrixRequest])
        throws(CheckpointError)
    {
        let projections = readers.filter { $0.role == .projection }
        guard calibration.vectors.contains(norm), let width = projections.first?.columns,
            readers.allSatisfy({ $0.columns == width })
        else { return }
        var inputs = [Float](repeating: 0, count: width)
        for request in projections {
            for expert in request.experts.indices {
                inputs.add(squares(before: request, expert: expert))
            }
        }
        let scales = Self.scales(
            inputs,
            try columnMaxima(projections.flatMap { $0.experts.joined() }, columns: width))
        for request in readers {
            for part in request.experts.joined() { multiplyColumns(of: part, by: scales) }
        }
        factors.vectors[norm] = scales.map { 1 / $0 }
    }

    /// `up` and `down` of each expert.
    private mutating func smooth(_ up: MatrixRequest, before down: MatrixRequest)
        throws(CheckpointError)
    {
        let scope = up.key.split(separator: ".").dropLast(2).joined(separator: ".")
        let hasBias = calibration.vectors.contains {
            $0.hasPrefix(scope) && $0.contains("up_proj") && $0.contains("bias")
        }
        guard !hasBias, up.outputs == down.columns, up.experts.count == down.experts.count else {
            return
        }
        for expert in up.experts.indices {
            guard up.experts[expert].count == 1, let part = up.experts[expert].first else {
                continue
            }
            let scales = Self.scales(
                squares(before: down, expert: expert),
                try columnMaxima(down.experts[expert], columns: down.columns))
            multiplyRows(of: part, by: scales.map { 1 / $0 })
            for reader in down.experts[expert] { multiplyColumns(of: reader, by: scales) }
        }
    }

    /// Values and the attention's output projection.
    private mutating func smoothValues(_ attention: [MatrixRequest], _ layer: String)
        throws(CheckpointError)
    {
        guard configuration["clip_qkv"]?.doubleValue == nil,
            let output = attention.first(where: { $0.key == layer + "self_attn.o_proj" }),
            let values = attention.first(where: { $0.key == layer + "self_attn.qkv_proj" })?
                .experts[0].first(where: { $0.name == layer + "self_attn.v_proj.weight" }),
            !calibration.vectors.contains(layer + "self_attn.v_proj.bias"),
            let channels = ValueChannels(
                rows: values.rows, columns: output.columns, configuration)
        else { return }
        let inputs = channels.merged(squares(before: output, expert: 0))
        let weights = channels.merged(
            try columnMaxima(output.experts[0], columns: output.columns))
        let scales = Self.scales(inputs, weights)
        multiplyRows(of: values, by: scales.map { 1 / $0 })
        for reader in output.experts[0] {
            multiplyColumns(of: reader, by: channels.spread(scales))
        }
    }

    /// The final norm, and the head.
    private mutating func smoothHead() throws(CheckpointError) {
        let norm = "model.norm.weight"
        let head = calibration.requests.first { $0.role == .head }
        // A tied head's inputs were noted before the table.
        guard calibration.vectors.contains(norm),
            let request = head ?? calibration.requests.first(where: { $0.role == .embedding }),
            let part = request.experts[0].first, request.experts[0].count == 1,
            BlockRotation(width: request.columns) != nil
        else { return }
        let inputs = squares(before: request, expert: 0)
        guard inputs.contains(where: { $0 > 0 }) else { return }
        let weights = try columnSquares(
            catalog.matrix(part, columns: request.columns)
        ).map { $0.squareRoot() }
        let scales = Self.scales(inputs, weights)
        if head == nil {
            factors.separateHead = SmoothingFactors.SeparateHead(
                table: part.name, columns: scales)
        } else {
            multiplyColumns(of: part, by: scales)
        }
        factors.vectors[norm] = scales.map { 1 / $0 }
    }

    // MARK: Factors

    /// `sqrt(rms(inputs) / weights)`, both compared with their mean, which leaves numbers about as
    /// large as they are; 1 where either is zero or the quotient leaves what is sensible.
    ///
    /// - inputs: sums of squares.
    /// - weights: largest magnitudes.
    private static func scales(_ inputs: [Float], _ weights: [Float]) -> [Float] {
        let inputs = inputs.map { $0.squareRoot() }
        let factor = weights.mean / inputs.mean
        return zip(inputs, weights).map { input, weight in
            let scale = (input / weight * factor).squareRoot()
            return (1e-6...1e6).contains(scale) ? scale : 1
        }
    }

    private func squares(before request: MatrixRequest, expert: Int) -> [Float] {
        let width = request.columns
        guard let all = calibration.inputSquares[request.key] else {
            return [Float](repeating: 0, count: width)
        }
        return Array(all[expert * width..<(expert + 1) * width])
    }

    private mutating func multiplyColumns(
        of part: MatrixRequest.Part, by scales: [Float]
    ) {
        // Parts of one member of a stack share their columns, and with them these factors.
        factors.matrices[part.place, default: .init()].columns = scales
    }

    private mutating func multiplyRows(of part: MatrixRequest.Part, by scales: [Float]) {
        guard let member = part.member else {
            factors.matrices[part.place, default: .init()].rows = scales
            return
        }
        var rows =
            factors.matrices[part.place]?.rows ?? [Float](repeating: 1, count: member.rows)
        for (index, scale) in scales.enumerated() {
            rows[member.first + index * member.step] = scale
        }
        factors.matrices[part.place, default: .init()].rows = rows
    }

    // MARK: Weights

    /// The largest magnitude in each column of some matrices.
    private func columnMaxima(_ parts: [MatrixRequest.Part], columns: Int)
        throws(CheckpointError) -> [Float]
    {
        var result = [Float](repeating: 0, count: columns)
        for part in parts {
            result.takeMaxima(try columnMaxima(catalog.matrix(part, columns: columns)))
        }
        return result
    }

    private func columnMaxima(_ matrix: MatrixSource) throws(CheckpointError) -> [Float] {
        let rowsPerTask = 64
        let columns = matrix.columns
        let result = Mutex([Float](repeating: 0, count: columns))
        let failure = Mutex<CheckpointError?>(nil)
        pool.run((matrix.rows + rowsPerTask - 1) / rowsPerTask) { task, _ in
            let first = task * rowsPerTask
            let rows = first..<min(first + rowsPerTask, matrix.rows)
            do throws(CheckpointError) {
                let values = try matrix.floats(rows)
                var maxima = [Float](repeating: 0, count: columns)
                for row in 0..<rows.count {
                    for column in 0..<columns {
                        maxima[column] = max(maxima[column], abs(values[row * columns + column]))
                    }
                }
                let found = maxima
                result.withLock { $0.takeMaxima(found) }
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        return result.withLock { $0 }
    }

    /// The sum of squares of each column, in the order of the rows: it must not depend on threads.
    private func columnSquares(_ matrix: MatrixSource) throws(CheckpointError) -> [Float] {
        let rowsPerRead = 256
        let columns = matrix.columns
        var sums = [Double](repeating: 0, count: columns)
        for first in stride(from: 0, to: matrix.rows, by: rowsPerRead) {
            let rows = first..<min(first + rowsPerRead, matrix.rows)
            let values = try matrix.floats(rows)
            for row in 0..<rows.count {
                for column in 0..<columns {
                    let value = Double(values[row * columns + column])
                    sums[column] += value * value
                }
            }
        }
        return sums.map { Float($0) }
    }
}

/// Which inputs of the output projection carry a value channel: those of all query heads that share
/// its key and value head.
private struct ValueChannels {
    private let headDim: Int
    /// Query heads that share a key and value head.
    private let group: Int
    private let rows: Int
    private let columns: Int

    /// nil where the shapes do not tell.
    init?(rows: Int, columns: Int, _ configuration: JSONObject) {
        let heads =
            configuration["num_key_value_heads"]?.integerValue
            ?? configuration["num_attention_heads"]?.integerValue ?? 0
        guard heads > 0, rows % heads == 0, columns % rows == 0 else { return nil }
        headDim = rows / heads
        group = columns / rows
        self.rows = rows
        self.columns = columns
    }

    /// The value row that input `column` carries.
    private func row(_ column: Int) -> Int {
        column / headDim / group * headDim + column % headDim
    }

    /// `[columns]` to `[rows]`: the largest.
    func merged(_ values: [Float]) -> [Float] {
        var result = [Float](repeating: 0, count: rows)
        for column in 0..<columns {
            result[row(column)] = max(result[row(column)], values[column])
        }
        return result
    }

    /// `[rows]` to `[columns]`.
    func spread(_ values: [Float]) -> [Float] {
        (0..<columns).map { values[row($0)] }
    }
}

extension MatrixRequest.Part {
    fileprivate var place: SmoothingFactors.Place { .init(name, member: member?.index) }
}

extension [Float] {
    fileprivate mutating func add(_ other: [Float]) {
        for index in indices { self[index] += other[index] }
    }

    /// Keeps the larger of each pair.
    fileprivate mutating func takeMaxima(_ other: [Float]) {
        for index in indices where other[index] > self[index] { self[index] = other[index] }
    }

    fileprivate var mean: Float { isEmpty ? 0 : reduce(0, +) / Float(count) }
}

extension String {
    fileprivate func dropLayer(_ layer: String) -> String {
        hasPrefix(layer) ? String(dropFirst(layer.count)) : self
    }
}
