import CKernels
package import Checkpoints
package import Compute

/// The frequencies of rotary embedding under the scalings that published configurations use.
package enum RotaryScaling {
    /// Reads `rope_theta` and `rope_scaling`, or the newer `rope_parameters` that holds both.
    ///
    /// - dimensions: elements of a head that turn.
    /// - contextMax: `max_position_embeddings`.
    /// - theta: the family's, where the configuration does not say.
    package static func frequencies(
        _ config: ConfigurationReader, dimensions: Int, contextMax: Int,
        pairing: Rotary.Pairing = .halves, theta usualTheta: Double = 10_000
    ) throws(CheckpointError) -> RotaryFrequencies {
        guard dimensions % 2 == 0 else {
            throw config.error("\(dimensions) rotary dimensions are not pairs")
        }
        let parameters = try config.object("rope_parameters")
        if let kind = parameters?.nestedKey {
            throw config.error("'rope_parameters' of '\(kind)' alone are not supported")
        }
        var scaling = parameters
        if scaling == nil { scaling = try config.object("rope_scaling") }
        let fallback = try config.number("rope_theta", default: usualTheta)
        let theta = try parameters?.number("rope_theta", default: fallback) ?? fallback
        let plain = inverseFrequencies(theta: theta, dimensions: dimensions)
        guard let scaling else { return RotaryFrequencies(inverse: plain, pairing: pairing) }
        let type = try scaling.string(
            "rope_type", default: scaling.string("type", default: "default"))
        switch type {
        case "default":
            return RotaryFrequencies(inverse: plain, pairing: pairing)
        case "linear":
            let factor = Float(try scaling.number("factor"))
            return RotaryFrequencies(inverse: plain.map { $0 / factor }, pairing: pairing)
        case "llama3":
            return RotaryFrequencies(inverse: try llama3(plain, scaling), pairing: pairing)
        case "yarn":
            return try yarn(
                theta: theta, dimensions: dimensions, scaling, contextMax: contextMax,
                pairing: pairing)
        default:
            throw config.error(
                "rope scaling '\(type)' is not supported; supported: default, linear, llama3, yarn")
        }
    }

    /// `theta^(-2i/d)` in float32.
    private static func inverseFrequencies(theta: Double, dimensions: Int) -> [Float] {
        (0..<dimensions / 2).map { index in
            1 / Float(sw_pow(theta, Double(Float(2 * index) / Float(dimensions))))
        }
    }

    /// Llama 3.1: long wavelengths are stretched by `factor`, short ones kept, those between blended.
    private static func llama3(_ plain: [Float], _ scaling: ConfigurationReader)
        throws(CheckpointError) -> [Float]
    {
        let factor = Float(try scaling.number("factor"))
        let low = Float(try scaling.number("low_freq_factor"))
        let high = Float(try scaling.number("high_freq_factor"))
        let original = Float(try scaling.number("original_max_position_embeddings"))
        guard high > low, factor > 0, low > 0 else {
            throw scaling.error("rope scaling llama3 has factors out of order")
        }
        return plain.map { inverse in
            let wavelength = 2 * Float.pi / inverse
            if wavelength < original / high { return inverse }
            if wavelength > original / low { return inverse / factor }
            let smooth = (original / wavelength - low) / (high - low)
            return (1 - smooth) * inverse / factor + smooth * inverse
        }
    }

    /// YaRN (arXiv:2309.00071 §3.2 and §3.4): dimensions that turn often in the original context are
    /// kept, those that turn seldom are stretched, and cosines and sines are scaled.
    private static func yarn(
        theta: Double, dimensions: Int, _ scaling: ConfigurationReader, contextMax: Int,
        pairing: Rotary.Pairing
    ) throws(CheckpointError) -> RotaryFrequencies {
        let original = try scaling.number(
            "original_max_position_embeddings", default: Double(contextMax))
        let factor = try scaling.number("factor", default: Double(contextMax) / original)
        guard factor > 0, original > 0 else { throw scaling.error("rope scaling yarn has no size") }
        var low = dimension(
            rotations: try scaling.number("beta_fast", default: 32), theta, dimensions, original)
        var high = dimension(
            rotations: try scaling.number("beta_slow", default: 1), theta, dimensions, original)
        if try scaling.flag("truncate", default: true) {
            low.round(.down)
            high.round(.up)
        }
        low = max(low, 0)
        high = min(high, Double(dimensions - 1))
        let width = Float(high == low ? high + 0.001 - low : high - low)
        let plain = inverseFrequencies(theta: theta, dimensions: dimensions)
        let inverse = plain.enumerated().map { index, inverse in
            let ramp = min(1, max(0, (Float(index) - Float(low)) / width))
            let kept = 1 - ramp
            return inverse / Float(factor) * (1 - kept) + inverse * kept
        }
        return RotaryFrequencies(
            inverse: inverse, amplitude: Float(try amplitude(scaling, factor)), pairing: pairing)
    }

    /// The dimension whose pair turns so many times in the original context.
    private static func dimension(
        rotations: Double, _ theta: Double, _ dimensions: Int, _ original: Double
    ) -> Double {
        Double(dimensions) * sw_log(original / (rotations * 2 * Double.pi)) / (2 * sw_log(theta))
    }

    /// The factor of cosines and sines.
    private static func amplitude(_ scaling: ConfigurationReader, _ factor: Double)
        throws(CheckpointError) -> Double
    {
        if let given = try scaling.optionalNumber("attention_factor") { return given }
        let perDimension = try scaling.optionalNumber("mscale")
        let allDimensions = try scaling.optionalNumber("mscale_all_dim")
        if let perDimension, let allDimensions, perDimension != 0, allDimensions != 0 {
            return magnitude(factor, perDimension) / magnitude(factor, allDimensions)
        }
        return magnitude(factor, 1)
    }

    /// `0.1 mscale ln(factor) + 1`: how much YaRN sharpens attention.
    package static func magnitude(_ factor: Double, _ mscale: Double) -> Double {
        factor <= 1 ? 1 : 0.1 * mscale * sw_log(factor) + 1
    }
}
