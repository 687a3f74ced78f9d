package import Checkpoints
package import JSON
import Memory
import Quantization

/// What `config.json` says about how a safetensors checkpoint's matrices are quantized.
///
/// Which tensor is quantized, and how, is determined by the tensors themselves: by their number
/// format and their scales. The configuration says what to expect, and the size of blocks.
package struct StoredQuantization: Sendable {
    /// The forms that are read, by their `quant_method`.
    package enum Method: String, Sendable, CaseIterable {
        case compressedTensors = "compressed-tensors"
        /// DeepSeek-V3's form: FP8 in blocks.
        case fp8
        /// The form of DeepSeek-R1-Block-INT8.
        case blockwiseInt8 = "blockwise_int8"
        /// The form of Channel-INT8; most checkpoints of that form do not name it.
        case channelInt8 = "w8a8_int8"
        /// The form of gpt-oss's experts.
        case mxfp4
    }

    /// How the modules of a compressed-tensors group are stored.
    struct Group: Sendable {
        let targets: ModuleList
        let numbers: DType
        let scales: Scales
    }

    /// Which numbers share a scale.
    enum Scales: Sendable, Equatable {
        case tensor
        case row
        case block(ScaleBlock)
    }

    /// The configuration's file, for messages.
    let file: String
    /// Nil if the configuration says nothing.
    package let method: Method?
    /// The block of numbers that share a `weight_scale_inv`.
    let block: ScaleBlock
    let groups: [Group]
    /// Modules that are stored as floats.
    let ignored: ModuleList

    /// DeepSeek's block, used if the configuration does not say.
    private static let usualBlock = ScaleBlock(rows: 128, columns: 128)

    /// A checkpoint whose configuration says nothing; `file` is the configuration's.
    package init(none file: String) {
        self.init(
            file: file, method: nil, block: Self.usualBlock, groups: [], ignored: ModuleList())
    }

    /// Reads `quantization_config`, or `compression_config`, its older name. Throws if the weights
    /// are in a form that is not supported; the error says what is.
    package init(_ configuration: JSONObject, file: String) throws(CheckpointError) {
        let key = ["quantization_config", "compression_config"].first {
            !(configuration[$0] ?? .null).isNull
        }
        guard let key, let found = configuration[key] else {
            self.init(none: file)
            return
        }
        let config = QuantizationReader(found, key: key, file: file)
        guard let name = try config.optionalString("quant_method") else {
            throw config.unsupported("'quant_method' missing")
        }
        guard let method = Method(rawValue: name) else {
            throw config.unsupported("'quant_method' '\(name)'")
        }
        var block = Self.usualBlock
        var groups: [Group] = []
        var ignored = ModuleList()
        switch method {
        case .compressedTensors:
            groups = try config.groups()
            ignored = try ModuleList(config.strings("ignore"), in: file)
        case .fp8:
            let format = try config.string("fmt", default: "e4m3")
            guard ["e4m3", "float8_e4m3fn"].contains(format) else {
                throw config.unsupported("FP8 'fmt' '\(format)'")
            }
            block = try config.block("weight_block_size") ?? block
        case .blockwiseInt8:
            block = try config.block("weight_block_size") ?? block
        case .channelInt8, .mxfp4: break
        }
        self.init(file: file, method: method, block: block, groups: groups, ignored: ignored)
    }

    private init(
        file: String, method: Method?, block: ScaleBlock, groups: [Group], ignored: ModuleList
    ) {
        self.file = file
        self.method = method
        self.block = block
        self.groups = groups
        self.ignored = ignored
    }
}

extension StoredQuantization {
    /// What a tensor may contain according to the configuration.
    enum Expectation: Sendable {
        /// Floats only; `because` is the reason.
        case floats(because: String)
        /// Numbers of one of these types with scales. If it is nil the shape of the scales' tensor
        /// says which numbers share one.
        case numbers([DType], Scales?)
    }

    /// Whether scales are in `weight_scale_inv`, one for each block.
    var hasBlocks: Bool { method == .fp8 || method == .blockwiseInt8 }

    /// What a tensor of `module` may contain.
    func expectation(of module: String) throws(CheckpointError) -> Expectation {
        switch method {
        case nil: return .numbers([.i8, .f8e4m3], nil)
        case .fp8: return .numbers([.f8e4m3], nil)
        case .blockwiseInt8, .channelInt8: return .numbers([.i8], nil)
        case .mxfp4: return .floats(because: "only stacked experts are MXFP4")
        case .compressedTensors:
            guard try !ignored.names(module, in: file), !ignored.holdsAllProjections else {
                return .floats(because: "'ignore' of quantization_config names it")
            }
            guard let group = try group(of: module) else {
                return .floats(because: "no group of quantization_config targets it")
            }
            return .numbers([group.numbers], group.scales)
        }
    }

    /// The group that names a module, or the one that has all projections.
    private func group(of module: String) throws(CheckpointError) -> Group? {
        for group in groups where try group.targets.names(module, in: file) { return group }
        return groups.first { $0.targets.holdsAllProjections }
    }
}

/// Reads `quantization_config`.
private struct QuantizationReader {
    let value: JSONValue
    /// The key under which the configuration has it.
    let key: String
    let file: String

    init(_ value: JSONValue, key: String, file: String) {
        self.value = value
        self.key = key
        self.file = file
    }

    func unsupported(_ what: String) -> CheckpointError {
        let known = StoredQuantization.Method.allCases.map(\.rawValue).joined(separator: ", ")
        return CheckpointError(
            .unsupported(
                "'\(key)' has \(what), which is not supported",
                remedy: "read are \(known); of compressed-tensors the formats int-quantized and "
                    + "float-quantized with 8 bits"), in: file)
    }

    private func malformed(_ what: String) -> CheckpointError {
        CheckpointError(.configuration("'\(key)': \(what)"), in: file)
    }

    /// The strings of a list; none if it is absent.
    func strings(_ key: String, of object: JSONValue? = nil) throws(CheckpointError) -> [String] {
        guard let list = (object ?? value)[key], !list.isNull else { return [] }
        let strings = list.arrayValue?.compactMap(\.stringValue) ?? []
        guard let count = list.arrayValue?.count, strings.count == count else {
            throw malformed("'\(key)' is not a list of names")
        }
        return strings
    }

    func optionalString(_ key: String, of object: JSONValue? = nil) throws(CheckpointError)
        -> String?
    {
        guard let found = (object ?? value)[key], !found.isNull else { return nil }
        guard let text = found.stringValue else { throw unexpected(key, found, "a string") }
        return text
    }

    func string(_ key: String, of object: JSONValue? = nil, default fallback: String)
        throws(CheckpointError) -> String
    {
        try optionalString(key, of: object) ?? fallback
    }

    private func unexpected(_ key: String, _ found: JSONValue, _ expected: String)
        -> CheckpointError
    {
        malformed("'\(key)' is \(JSONWriter.string(found).prefix(80)), expected \(expected)")
    }

    private func flag(_ key: String, of object: JSONValue, default fallback: Bool)
        throws(CheckpointError) -> Bool
    {
        guard let found = object[key], !found.isNull else { return fallback }
        guard let flag = found.boolValue else { throw unexpected(key, found, "true or false") }
        return flag
    }

    private func integer(_ key: String, of object: JSONValue, default fallback: Int)
        throws(CheckpointError) -> Int
    {
        guard let found = object[key], !found.isNull else { return fallback }
        guard let number = found.integerValue else {
            throw unexpected(key, found, "a whole number")
        }
        return number
    }

    /// A pair of sizes; nil where it is absent.
    func block(_ key: String, of object: JSONValue? = nil) throws(CheckpointError) -> ScaleBlock? {
        guard let pair = (object ?? value)[key], !pair.isNull else { return nil }
        let sizes = pair.arrayValue?.compactMap(\.integerValue) ?? []
        guard pair.arrayValue?.count == 2, sizes.count == 2,
            sizes.allSatisfy({ (1...1 << 24).contains($0) })
        else { throw malformed("'\(key)' is \(JSONWriter.string(pair)), not two sizes") }
        return ScaleBlock(rows: sizes[0], columns: sizes[1])
    }

    /// compressed-tensors' `config_groups`.
    func groups() throws(CheckpointError) -> [StoredQuantization.Group] {
        for key in ["sparsity_config", "transform_config"] {
            guard let part = value[key]?.objectValue, !part.isEmpty else { continue }
            if part["format"]?.stringValue == "dense" { continue }
            throw unsupported("a '\(key)'")
        }
        guard let groups = value["config_groups"]?.objectValue, !groups.isEmpty else {
            throw malformed("'config_groups' is missing")
        }
        var result: [StoredQuantization.Group] = []
        for (name, group) in groups {
            let common = try string("format", default: "missing")
            let format = try string("format", of: group, default: common)
            guard let weights = group["weights"], weights.objectValue != nil else {
                throw malformed("group '\(name)' has no 'weights'")
            }
            let bits = try integer("num_bits", of: weights, default: 8)
            let type = try string("type", of: weights, default: "int")
            let numbers: DType
            switch (format, type, bits) {
            case ("int-quantized", "int", 8), ("naive-quantized", "int", 8): numbers = .i8
            case ("float-quantized", "float", 8), ("naive-quantized", "float", 8):
                numbers = .f8e4m3
            default: throw unsupported("the format '\(format)' (\(type) of \(bits) bits)")
            }
            guard try flag("symmetric", of: weights, default: true) else {
                throw unsupported("weights that are not symmetric")
            }
            result.append(
                .init(
                    targets: try ModuleList(strings("targets", of: group), in: file),
                    numbers: numbers, scales: try scales(weights)))
        }
        return result
    }

    private func scales(_ weights: JSONValue) throws(CheckpointError) -> StoredQuantization.Scales {
        let strategy = try string("strategy", of: weights, default: "tensor")
        switch strategy {
        case "tensor": return .tensor
        case "channel": return .row
        case "block":
            guard let block = try block("block_structure", of: weights) else {
                throw malformed("'block_structure' is missing")
            }
            return .block(block)
        case "group" where (weights["actorder"] ?? .null).isNull:
            guard let size = weights["group_size"]?.integerValue, (1...1 << 24).contains(size)
            else { throw malformed("'group_size' is missing") }
            return .block(ScaleBlock(rows: 1, columns: size))
        default: throw unsupported("the strategy '\(strategy)' for weights")
        }
    }
}
