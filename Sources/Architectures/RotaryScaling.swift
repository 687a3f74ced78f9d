import CKernels
import Checkpoints
import Compute

/// The frequencies of rotary embedding under the scalings that published configurations use.
enum RotaryScaling {
    /// - dimensions: elements of a head that are rotated.
    /// - contextMax: `max_position_embeddings`.
    static func frequencies(
        _ parameters: RotaryParameters, dimensions: Int, contextMax: Int,
        pairing: Rotary.Pairing = .halves
    ) throws(CheckpointError) -> RotaryFrequencies {
        precondition(dimensions % 2 == 0, "\(dimensions) rotary dimensions are not pairs")
        let scaling = parameters.scaling
        let plain = inverseFrequencies(theta: parameters.theta, dimensions: dimensions)
        let original = parameters.originalPositions ?? Double(contextMax)
        switch parameters.kind {
        case .plain:
            return RotaryFrequencies(inverse: plain, pairing: pairing)
        case .linear:
            let factor = Float(try scaling.positive("factor"))
            return RotaryFrequencies(inverse: plain.map { $0 / factor }, pairing: pairing)
        case .llama3:
            return RotaryFrequencies(
                inverse: try llama3(plain, scaling, original: Float(original)), pairing: pairing)
        case .yarn:
            return try yarn(
                theta: parameters.theta, dimensions: dimensions, scaling, original: original,
                contextMax: contextMax, pairing: pairing)
        }
    }

    /// `theta^(-2i/d)` in float32.
    private static func inverseFrequencies(theta: Double, dimensions: Int) -> [Float] {
        (0..<dimensions / 2).map { index in
            1 / Float(sw_pow(theta, Double(Float(2 * index) / Float(dimensions))))
        }
    }

    /// Llama 3.1: long wavelengths are stretched by `factor`, short ones are kept, and those
    /// between are blended.
    private static func llama3(
        _ plain: [Float], _ scaling: ConfigurationReader, original: Float
    ) throws(CheckpointError) -> [Float] {
        let factor = Float(try scaling.positive("factor"))
        let low = Float(try scaling.positive("low_freq_factor"))
        let high = Float(try scaling.positive("high_freq_factor"))
        guard high > low else {
            throw scaling.error(
                "'\(scaling.name("high_freq_factor"))' \(high) is not more than "
                    + "'\(scaling.name("low_freq_factor"))' \(low)")
        }
        return plain.map { inverse in
            let wavelength = 2 * Float.pi / inverse
            if wavelength < original / high { return inverse }
            if wavelength > original / low { return inverse / factor }
            let smooth = (original / wavelength - low) / (high - low)
            return (1 - smooth) * inverse / factor + smooth * inverse
        }
    }

    /// YaRN (arXiv:2309.00071 §3.2 and §3.4): dimensions that make many turns within the original
    /// context are kept, those that make few are stretched, and cosines and sines are scaled.
    private static func yarn(
        theta: Double, dimensions: Int, _ scaling: ConfigurationReader, original: Double,
        contextMax: Int, pairing: Rotary.Pairing
    ) throws(CheckpointError) -> RotaryFrequencies {
        let factor = try yarnFactor(scaling, original: original, contextMax: contextMax)
        guard theta != 1 else { throw scaling.error("'rope_theta' is 1, which yarn cannot scale") }
        var low = dimension(
            rotations: try scaling.positive("beta_fast", default: 32), theta, dimensions, original)
        var high = dimension(
            rotations: try scaling.positive("beta_slow", default: 1), theta, dimensions, original)
        // The reference reads null as false.
        if try scaling.flag("truncate", default: !scaling.isNull("truncate")) {
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

    /// By which factor the context is stretched. Null means the ratio of the two lengths.
    private static func yarnFactor(
        _ scaling: ConfigurationReader, original: Double, contextMax: Int
    ) throws(CheckpointError) -> Double {
        scaling.isNull("factor") ? Double(contextMax) / original : try scaling.positive("factor")
    }

    /// The dimension whose pair makes the given number of turns within the original context.
    private static func dimension(
        rotations: Double, _ theta: Double, _ dimensions: Int, _ original: Double
    ) -> Double {
        Double(dimensions) * sw_log(original / (rotations * 2 * Double.pi)) / (2 * sw_log(theta))
    }

    /// The factor that multiplies cosines and sines.
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
    static func magnitude(_ factor: Double, _ mscale: Double) -> Double {
        factor <= 1 ? 1 : 0.1 * mscale * sw_log(factor) + 1
    }
}
