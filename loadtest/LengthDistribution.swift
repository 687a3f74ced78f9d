import ArgumentParser
import Glibc

/// The number of tokens of a prompt or an answer: `128`, `uniform:64:256`, `normal:128:32` or
/// `lognormal:128:64` (mean and standard deviation of the length itself).
struct LengthDistribution: ExpressibleByArgument, Equatable, CustomStringConvertible, Sendable {
    enum Shape: Equatable, Sendable {
        case fixed(Int)
        case uniform(Int, Int)
        case normal(mean: Double, deviation: Double)
        case lognormal(mean: Double, deviation: Double)
    }

    let shape: Shape
    let description: String

    /// The longest length that is ever drawn.
    static let lengthMax = 1_000_000

    /// Always the same length; 1 to `lengthMax`.
    init(fixed length: Int) {
        shape = .fixed(length)
        description = "\(length)"
    }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(
            String.init)
        let numbers = parts.dropFirst().compactMap(Double.init)
        description = argument
        let range = 1.0...Double(Self.lengthMax)
        if parts.count == 1, let length = Int(parts[0]), (1...Self.lengthMax).contains(length) {
            shape = .fixed(length)
            return
        }
        guard parts.count == 3, numbers.count == 2, range.contains(numbers[0]) else { return nil }
        switch parts[0] {
        case "uniform":
            guard let low = Int(parts[1]), let high = Int(parts[2]), low <= high,
                range.contains(numbers[1])
            else { return nil }
            shape = .uniform(low, high)
        case "normal", "lognormal":
            guard (0...Double(Self.lengthMax)).contains(numbers[1]) else { return nil }
            shape =
                parts[0] == "normal"
                ? .normal(mean: numbers[0], deviation: numbers[1])
                : .lognormal(mean: numbers[0], deviation: numbers[1])
        default: return nil
        }
    }

    /// Draws a length, at least 1.
    func sample(_ generator: inout SeededGenerator) -> Int {
        switch shape {
        case .fixed(let length): return length
        case .uniform(let low, let high): return Int.random(in: low...high, using: &generator)
        case .normal(let mean, let deviation):
            return Self.clamp(mean + deviation * Self.standardNormal(&generator))
        case .lognormal(let mean, let deviation):
            // The parameters of ln X from the moments of X.
            let variance = log(1 + (deviation / mean) * (deviation / mean))
            let location = log(mean) - variance / 2
            return Self.clamp(
                exp(location + variance.squareRoot() * Self.standardNormal(&generator)))
        }
    }

    /// Box and Muller's transform of two uniform numbers.
    private static func standardNormal(_ generator: inout SeededGenerator) -> Double {
        let radius = (-2 * log(generator.unit())).squareRoot()
        return radius * cos(2 * Double.pi * generator.unit())
    }

    private static func clamp(_ length: Double) -> Int {
        Int(min(max(length.rounded(), 1), Double(lengthMax)))
    }
}
