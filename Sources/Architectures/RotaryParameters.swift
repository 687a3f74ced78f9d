import Checkpoints
import JSON

/// What a configuration says about rotary embedding. Files of transformers 5 keep it in
/// `rope_parameters`, older ones in `rope_scaling` and a separate `rope_theta`; each object may
/// hold any of the keys. A value that is given twice must be the same both times.
struct RotaryParameters {
    enum Kind: String, CaseIterable {
        case plain = "default"
        case linear, llama3, yarn
    }

    let kind: Kind
    /// The base of the frequencies.
    let theta: Double
    /// The object with the scaling's keys.
    let scaling: ConfigurationReader
    /// Positions of the model before its context was stretched; nil if the configuration does not
    /// say.
    let originalPositions: Double?

    /// - theta, scaling: the family's values, used if the configuration has none.
    init(
        _ config: ConfigurationReader, theta usualTheta: Double = 10_000,
        scaling usualScaling: JSONObject = JSONObject()
    ) throws(CheckpointError) {
        scaling = try Self.object(config) ?? config.nested("rope_scaling", usualScaling)
        if let kind = scaling.nestedKey {
            throw scaling.error("'\(scaling.name(kind))' alone is not supported")
        }
        for source in [config, scaling] {
            guard try source.number("partial_rotary_factor", default: 1) == 1 else {
                throw config.error(
                    "'\(source.name("partial_rotary_factor"))' other than 1 is not supported")
            }
        }
        kind = try Self.kind(scaling)
        theta = try Self.positive("rope_theta", scaling, config) ?? usualTheta
        originalPositions = try Self.positive(
            "original_max_position_embeddings", scaling, kind == .plain ? nil : config)
    }

    /// The object to read; nil if there is none. An empty `rope_scaling` counts as none.
    private static func object(_ config: ConfigurationReader) throws(CheckpointError)
        -> ConfigurationReader?
    {
        let newer = try config.object("rope_parameters")
        guard let older = try config.object("rope_scaling"), !older.isEmpty else { return newer }
        guard let newer, !newer.isEmpty else { return older }
        let (newerKind, olderKind) = (try kind(newer), try kind(older))
        let key =
            newerKind != olderKind
            ? "rope_type" : newer.disagreement(with: older, except: ["rope_type", "type"])
        if let key {
            throw config.error(
                "'\(newer.name(key))' and '\(older.name(key))' contradict each other; say it once")
        }
        return newer
    }

    private static func kind(_ scaling: ConfigurationReader) throws(CheckpointError) -> Kind {
        let names = [
            try scaling.optionalString("rope_type"), try scaling.optionalString("type"),
        ].compactMap { $0 }
        guard let name = names.first else {
            let known: Set = ["rope_theta", "partial_rotary_factor", "rope_type", "type"]
            if let key = scaling.keys.first(where: { !known.contains($0) }) {
                throw scaling.error(
                    "'\(scaling.name("rope_type"))' is missing beside '\(scaling.name(key))'")
            }
            return .plain
        }
        guard names.allSatisfy({ $0 == name }) else {
            throw scaling.error(
                "'\(scaling.name("rope_type"))' and '\(scaling.name("type"))' contradict each "
                    + "other; say it once")
        }
        guard let kind = Kind(rawValue: name) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw scaling.error(
                "'\(scaling.name("rope_type"))' '\(name)' is not supported; supported: \(known)")
        }
        return kind
    }

    /// A number that may lie in the scaling's object, in the configuration itself, or in both with
    /// one value.
    private static func positive(
        _ key: String, _ scaling: ConfigurationReader, _ config: ConfigurationReader?
    ) throws(CheckpointError) -> Double? {
        let inside = try scaling.optionalPositive(key)
        guard let outside = try config?.optionalPositive(key) else { return inside }
        guard let inside, inside != outside else { return outside }
        throw scaling.error(
            "'\(scaling.name(key))' is \(inside) and '\(key)' is \(outside); say it once")
    }
}
