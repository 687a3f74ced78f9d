import Architectures
package import Checkpoints
import Compute
import JSON
import Memory
package import Models
import Synchronization
package import Threads

/// Writes a checkpoint that other engines read as well: safetensors in compressed-tensors'
/// `int-quantized` form, projections in INT8 with a scale a row, inputs to be quantized a token at a
/// time, and a `config.json` that says so. Routers, the head and what absorbed latent attention
/// multiplies from both sides stay float.
///
/// A shard is made tensor by tensor, so that no more than some rows are in memory, and gets its name
/// when it is complete. `config.json` comes last: a folder without one is unfinished, and writing to
/// it again keeps the shards that it has.
package struct ChannelCheckpoint {
    private let source: ModelSource
    private let catalog: any WeightCatalog
    private let key: String
    private let shardBytesMax: Int
    private let pool: WorkerPool

    /// How far a tensor's integers are from its floats: `|w - q s| / |w|`.
    package struct TensorError: Sendable {
        package let name: String
        package let relativeError: Double
    }

    /// - key: changes with everything that the weights depend on; shards of another key are written
    ///   again.
    package init(
        _ source: ModelSource, key: String, shardBytesMax: Int = 4 << 30, on pool: WorkerPool
    ) throws(CheckpointError) {
        guard case .catalog(let catalog) = source.weights else {
            throw CheckpointError(
                .unsupported(
                    "a pack cannot be written as a checkpoint", remedy: "quantize its checkpoint"),
                in: source.path)
        }
        self.source = source
        self.catalog = catalog
        self.key = key
        self.shardBytesMax = shardBytesMax
        self.pool = pool
    }

    /// Throws if the folder cannot be written, holds a model, or lies where there is no room for what
    /// it still lacks; leaves no trace. Needs no weights.
    package func check(_ folder: String) throws(CheckpointError) {
        try ChannelFolder.check(folder)
        let contents = try contents(folder)
        let place = FileText.isFolder(folder) ? folder + "/model.safetensors" : folder
        try FileReplacement.check(place, byteCount: contents.missingBytes)
    }

    /// Writes the folder. If that fails, one that it made goes again, unless a file of it is complete.
    ///
    /// - progress: hears the bytes written and those of all shards; may throw to stop.
    /// - report: hears each quantized tensor's error.
    package func write(
        to folder: String,
        progress: (_ written: Int, _ total: Int) throws(CheckpointError) -> Void,
        report: (TensorError) -> Void
    ) throws(CheckpointError) {
        do throws(CheckpointError) {
            try writeFiles(to: folder, progress: progress, report: report)
        } catch {
            FileReplacement.discardEmpty(folder)
            throw error
        }
    }

    private func writeFiles(
        to folder: String,
        progress: (_ written: Int, _ total: Int) throws(CheckpointError) -> Void,
        report: (TensorError) -> Void
    ) throws(CheckpointError) {
        try check(folder)
        try ChannelFolder.prepare(folder)
        let contents = try contents(folder)
        let total = contents.shards.reduce(0) { $0 + $1.layout.fileBytes }
        var done = total - contents.missingBytes
        for shard in contents.shards where !shard.isThere {
            var stream = try SafetensorsStream(shard.layout, to: shard.path)
            for tensor in shard.tensors {
                if let error = try write(tensor, to: &stream) { report(error) }
                done += tensor.byteCount
                try progress(min(done, total), total)
            }
            try stream.finish()
        }
        let shards = contents.shards.map(\.tensors)
        if shards.count > 1 { try writeIndex(shards, total: total, to: folder) }
        try ChannelFolder.writeTexts(source, to: folder)
        let configuration = ChannelFolder.configuration(
            source.configuration, ignoring: contents.floatModules)
        try ChannelFolder.write(
            JSONWriter.string(.object(configuration), pretty: true), to: folder + "/config.json")
    }

    /// A file of the folder.
    private struct Shard {
        let path: String
        let tensors: [ChannelTensor]
        let layout: SafetensorsLayout
        /// An earlier run completed it.
        let isThere: Bool
    }

    /// What a folder will hold.
    private struct Contents {
        let shards: [Shard]
        let floatModules: [String]

        var missingBytes: Int {
            shards.reduce(0) { $0 + ($1.isThere ? 0 : $1.layout.fileBytes) }
        }
    }

    private func contents(_ folder: String) throws(CheckpointError) -> Contents {
        let plan = ChannelPlan(catalog)
        _ = try ArchitectureRegistry.build(
            source.configuration, file: source.configurationFile, from: plan)
        let groups = groups(plan.tensors)
        var shards: [Shard] = []
        for (index, tensors) in groups.enumerated() {
            let path = folder + "/" + ChannelFolder.shardName(index, of: groups.count)
            let layout = try SafetensorsLayout(
                tensors.flatMap(\.entries), metadata: ["format": "pt", "switchyard": key],
                path: path)
            shards.append(
                Shard(
                    path: path, tensors: tensors, layout: layout,
                    isThere: ChannelFolder.holds(layout, at: path)))
        }
        return Contents(shards: shards, floatModules: plan.floatModules)
    }

    /// The tensors of each shard.
    private func groups(_ tensors: [ChannelTensor]) -> [[ChannelTensor]] {
        var result: [[ChannelTensor]] = []
        var bytes = 0
        for tensor in tensors {
            if result.isEmpty || bytes + tensor.byteCount > shardBytesMax {
                result.append([])
                bytes = 0
            }
            result[result.count - 1].append(tensor)
            bytes += tensor.byteCount
        }
        return result
    }

    private func writeIndex(_ shards: [[ChannelTensor]], total: Int, to folder: String)
        throws(CheckpointError)
    {
        var map = JSONObject()
        for (index, tensors) in shards.enumerated() {
            let name = ChannelFolder.shardName(index, of: shards.count)
            for entry in tensors.flatMap(\.entries) { map[entry.name] = .string(name) }
        }
        let index: JSONValue = [
            "metadata": ["total_size": .integer(Int64(total))], "weight_map": .object(map),
        ]
        try ChannelFolder.write(
            JSONWriter.string(index, pretty: true), to: folder + "/model.safetensors.index.json")
    }

    // MARK: Tensors

    private func write(_ tensor: ChannelTensor, to stream: inout SafetensorsStream)
        throws(CheckpointError) -> TensorError?
    {
        let entry = tensor.entries[0]
        switch tensor.content {
        case .vector:
            let values = try catalog.vector(entry.name, count: entry.shape.elementCount)
            try unsafe stream.append(values.span.bytes, to: entry.name)
            return nil
        case .float:
            try forPieces(tensor) { piece throws(CheckpointError) in
                let values = piece.floats.map(\.roundedToBrainFloat)
                try unsafe stream.append(values.span.bytes, to: entry.name)
            }
            return nil
        case .integers:
            var scales: [UInt16] = []
            var (error, square) = (0.0, 0.0)
            try forPieces(tensor) { piece throws(CheckpointError) in
                let rows = ChannelRows(piece.floats, columns: tensor.columns)
                guard rows.isFinite else {
                    throw CheckpointError(
                        .malformedTensor(tensor: entry.name, "holds a NaN or an infinity"),
                        in: catalog.location)
                }
                scales += rows.scales
                error += rows.errorSquare
                square += rows.square
                try unsafe stream.append(rows.values.span.bytes, to: entry.name)
            }
            try unsafe stream.append(scales.span.bytes, to: tensor.entries[1].name)
            return TensorError(
                name: entry.name, relativeError: square > 0 ? (error / square).squareRoot() : 0)
        }
    }

    /// Some rows of a matrix as float32.
    private struct Piece: Sendable {
        let floats: [Float]
    }

    /// Numbers decoded at a time.
    private static let pieceSize = 1 << 18

    /// Runs `body` for runs of rows in order; a few of them are decoded at a time, on the workers.
    private func forPieces(
        _ tensor: ChannelTensor, _ body: (Piece) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let matrix = try catalog.matrix(
            tensor.entries[0].name, rows: tensor.rows, columns: tensor.columns)
        let step = max(1, Self.pieceSize / max(tensor.columns, 1))
        let starts = Array(stride(from: 0, to: tensor.rows, by: step))
        let width = pool.workers * 2
        for first in stride(from: 0, to: starts.count, by: width) {
            let batch = Array(starts[first..<min(first + width, starts.count)])
            let pieces = Mutex([Piece?](repeating: nil, count: batch.count))
            let failure = Mutex<CheckpointError?>(nil)
            pool.run(batch.count) { task, _ in
                do throws(CheckpointError) {
                    let rows = batch[task]..<min(batch[task] + step, tensor.rows)
                    let piece = Piece(floats: try matrix.floats(rows))
                    pieces.withLock { $0[task] = piece }
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
            if let failure = failure.withLock({ $0 }) { throw failure }
            for piece in pieces.withLock({ $0 }) {
                if let piece { try body(piece) }
            }
        }
    }
}

/// Rows in symmetric INT8 with scales that bf16 holds, as compressed-tensors stores them.
struct ChannelRows {
    private(set) var values: [Int8]
    /// bf16, one a row.
    private(set) var scales: [UInt16] = []
    private(set) var isFinite = true
    /// The sums of squares of what rounding changed, and of the numbers.
    private(set) var errorSquare = 0.0
    private(set) var square = 0.0

    init(_ floats: [Float], columns: Int) {
        values = [Int8](repeating: 0, count: floats.count)
        for first in stride(from: 0, to: floats.count, by: max(columns, 1)) {
            let row = first..<first + columns
            var largest: Float = 0
            for index in row {
                let magnitude = abs(floats[index])
                if !magnitude.isFinite { isFinite = false }
                largest = max(largest, magnitude)
            }
            let rounded = (largest / 127).roundedToBrainFloat
            let scale = Float(bitPattern: UInt32(rounded) << 16)
            guard isFinite, scale.isNormal else {
                // All zero, or so near to it that integers cannot hold them.
                scales.append(Float(1).roundedToBrainFloat)
                continue
            }
            scales.append(rounded)
            for index in row {
                let quotient = (floats[index] / scale).rounded(.toNearestOrEven)
                let number = max(-127, min(127, quotient))
                values[index] = Int8(number)
                let error = Double(floats[index]) - Double(number) * Double(scale)
                errorSquare += error * error
                square += Double(floats[index]) * Double(floats[index])
            }
        }
    }
}

extension Float {
    /// The nearest bf16, ties to even; NaN stays one.
    fileprivate var roundedToBrainFloat: UInt16 {
        if isNaN { return 0x7FC0 }
        return UInt16(truncatingIfNeeded: (bitPattern &+ 0x7FFF &+ (bitPattern >> 16 & 1)) >> 16)
    }
}
