import ArgumentParser
import Checkpoints
import Compute
import Devices
import Inference
import JSON
import Memory
import Models
import Preparation
import Quantization

/// Says what a model holds and how it would run.
struct Inspect: ParsableCommand, WritesFile {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a model holds, how it would run and the memory it needs.",
        discussion: """
            EXAMPLE
              switchyard inspect --model models/tiny --json

            All weights of a pack are read and compared with the sums beside them; damaged matrices \
            are named, and the exit status is 1 then.
            """)

    @OptionGroup var path: ModelPath
    @Flag(help: "Print one JSON object.") var json = false
    @Option(
        "Write every tensor as float32 to this safetensors file, over one that is there.", .path)
    var dequantize: String?

    var inputs: [String?] { [path.model] }
    var written: String? { dequantize }

    func run() throws {
        if let dequantize {
            try writeFloats(to: dequantize)
            return
        }
        let source = try path.openWeights()
        let report = try self.report(source)
        if json {
            StandardOutput.line(.object(report))
        } else {
            for (key, value) in report where key != "tensors" {
                StandardOutput.line(Terminal.shown("\(key): \(InspectText.text(value, of: key))"))
            }
        }
        if report["damage"] != nil { throw ExitCode.failure }
    }

    /// Names of tensors that nothing reads, of which a broken checkpoint may have many.
    private static let unreadShown = 100

    private func report(_ source: ModelSource) throws -> JSONObject {
        var report = JSONObject()
        report["model"] = .string(source.name)
        report["form"] = .string(source.form.rawValue)
        report["model_type"] = source.configuration["model_type"] ?? .null
        for key in [
            "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
            "vocab_size", "max_position_embeddings", "num_local_experts", "num_experts",
            "n_routed_experts", "num_experts_per_tok",
        ] {
            if let value = source.configuration[key], !value.isNull { report[key] = value }
        }
        report["tokenizer"] = .bool(try source.tokenizer() != nil)
        report["chat_template"] = .bool(!(try source.templates().isEmpty))
        let stored = storedTensors(source)
        var formats: [String: Int] = [:]
        for tensor in stored { formats[tensor.format.description, default: 0] += tensor.byteCount }
        report["stored_bytes"] = .integer(Int64(formats.values.reduce(0, +)))
        report["stored_formats"] = .object(
            JSONObject(
                formats.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64($0.value))) }))
        if case .pack(let pack) = source.weights { report["scheme"] = .string(pack.description) }
        let forms = StoredForm.forms(of: stored)
        if case .catalog = source.weights {
            report["stored_as"] = .array(
                forms.map { form in
                    .object([
                        "form": .string(form.description), "use": .string(form.use),
                        "tensors": .integer(Int64(form.tensors)),
                        "bytes": .integer(Int64(form.bytes)),
                    ])
                })
        }
        let scheme = WeightScheme(precision: .int8)
        do throws(CheckpointError) {
            let need = try MemoryNeed(source, scheme, kvType: .bf16)
            report["runs_as"] = .string(runsAs(source, forms))
            report["memory"] = .object([
                "weights_bytes": .integer(Int64(need.weightBytes)),
                "kv_bytes_per_token": .integer(Int64(need.cacheBytesPerToken)),
                "rotary_bytes_per_step_token": .integer(Int64(need.rotaryBytesPerStepToken)),
            ])
            let damage = try PackCheck.damage(
                source, threads: ModelOptions(scheme: scheme).threadCount)
            if !damage.isEmpty {
                report["damage"] = .array(damage.map { .string($0.description) })
            }
        } catch {
            report["cannot_run"] = .string(error.description)
        }
        if let unread = source.unread {
            report["unread_tensors"] = .object([
                "count": .integer(Int64(unread.names.count)),
                "names": .array(unread.names.prefix(Self.unreadShown).map { .string($0) }),
                "known": .object(
                    JSONObject(
                        unread.known.sorted { $0.key < $1.key }.map {
                            ($0.key, .integer(Int64($0.value)))
                        })),
            ])
        }
        report["tensors"] = .array(
            stored.map { tensor in
                .object([
                    "name": .string(tensor.name), "format": .string(tensor.format.description),
                    "shape": .array(tensor.shape.dimensions.map { .integer(Int64($0)) }),
                ])
            })
        return report
    }

    /// What `serve` would make of the model with no flags.
    private func runsAs(_ source: ModelSource, _ forms: [StoredForm]) -> String {
        let backend = "\(Devices.profile), KV bf16, "
        guard case .catalog = source.weights else { return backend + "INT8 weights as packed" }
        return backend
            + (forms.contains(where: \.isUnchanged)
                ? "INT8 weights as stored" : "INT8 weights, quantized by rows and groups of 128")
    }

    private func storedTensors(_ source: ModelSource) -> [StoredTensor] {
        switch source.weights {
        case .catalog(let catalog): catalog.stored
        case .pack(let pack): pack.file.names.compactMap { pack.file.tensor($0) }
        }
    }

    /// Tensors of any GGUF or safetensors file, also of one that is no model.
    private func writeFloats(to output: String) throws {
        try OutputFile.check(output)
        let tensors = try anyTensors()
        let layout = try SafetensorsLayout(
            tensors.map { .init(name: $0.name, dtype: .f32, shape: $0.shape) }, path: output)
        var stream = try SafetensorsStream(layout, to: output)
        for tensor in tensors {
            let rows = tensor.shape.rows
            let step = max(1, (4 << 20) / max(tensor.shape.columns, 1))
            for first in Swift.stride(from: 0, to: rows, by: step) {
                let floats = try TensorDecoder.floats(
                    tensor, rows: first..<min(first + step, rows))
                try unsafe stream.append(floats.span.bytes, to: tensor.name)
            }
        }
        try stream.finish()
    }

    private func anyTensors() throws -> [StoredTensor] {
        if let file = try ModelSource.gguf(path.model) {
            return file.names.compactMap { file.tensor($0) }
        }
        if FileText.isFolder(path.model) {
            let source = try ShardedSafetensors(folder: path.model)
            return source.names.compactMap { source.tensor($0) }
        }
        let file = try SafetensorsFile(path: path.model)
        return file.names.compactMap { file.tensor($0) }
    }
}
