import Architectures
import Checkpoints
import JSON
import Models

/// Inputs are `config.json` files. From each it reads the weights' stored form, and builds the
/// architecture over a store that has every weight it asks for.
enum ConfigurationHarness {
    static func run(_ input: [UInt8]) {
        guard let configuration = try? JSONParser.parse(input).objectValue else { return }
        if let quantization = try? StoredQuantization(configuration, file: "config.json") {
            Tensors.touch(SafetensorsCatalog(checkpoint, quantization))
        }
        let store = ObligingStore(hasExtras: configuration.count % 2 == 0)
        _ = try? ArchitectureRegistry.build(configuration, file: "config.json", from: store)
    }

    /// A small checkpoint with tensors in all forms that a configuration may name.
    private static let checkpoint: SafetensorsFile = {
        let layers = [("I8", 1), ("F8_E4M3", 1), ("BF16", 2)].enumerated().flatMap {
            index, form -> [Entry] in
            let module = "model.layers.\(index).mlp.down_proj.weight"
            return [
                Entry(module, form.0, [8, 16], bytes: 128 * form.1),
                Entry(module + "_scale", "F32", [8, 1], bytes: 32),
                Entry(module + "_scale_inv", "F32", [2, 2], bytes: 16),
            ]
        }
        let stacked = [
            Entry("model.layers.3.mlp.experts.down_proj_blocks", "U8", [2, 8, 1, 16], bytes: 256),
            Entry("model.layers.3.mlp.experts.down_proj_scales", "U8", [2, 8, 1], bytes: 16),
        ]
        do {
            return try SafetensorsFile(bytes: file(layers + stacked), name: "model.safetensors")
        } catch {
            fatalError("\(error)")
        }
    }()

    private struct Entry {
        let name: String
        let type: String
        let shape: [Int64]
        let bytes: Int

        init(_ name: String, _ type: String, _ shape: [Int64], bytes: Int) {
            self.name = name
            self.type = type
            self.shape = shape
            self.bytes = bytes
        }
    }

    private static func file(_ entries: [Entry]) -> [UInt8] {
        var header = JSONObject()
        var end = 0
        for entry in entries {
            let offsets = [end, end + entry.bytes].map { JSONValue.integer(Int64($0)) }
            header[entry.name] = [
                "dtype": .string(entry.type), "shape": .array(entry.shape.map { .integer($0) }),
                "data_offsets": .array(offsets),
            ]
            end += entry.bytes
        }
        let text = JSONWriter.bytes(.object(header))
        var length = UInt64(text.count)
        var file: [UInt8] = []
        for _ in 0..<8 {
            file.append(UInt8(truncatingIfNeeded: length))
            length >>= 8
        }
        return file + text + (0..<end).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    }
}
