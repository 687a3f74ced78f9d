import CKernels
import Compute

extension CPUBackend {
    /// Adds the biases, if there are any, to `count` inner outputs from `first` on, applies the
    /// activation and writes its results to `gates`.
    func activate(
        _ gates: UnsafeMutablePointer<Float>, _ ups: UnsafeMutablePointer<Float>,
        _ bank: ExpertBank, expert: Int, from first: Int, count: Int
    ) {
        if let biases = bank.biases {
            let outputs = expert * bank.inner + first..<expert * bank.inner + first + count
            unsafe add(biases.gate, of: outputs, to: gates)
            unsafe add(biases.up, of: outputs, to: ups)
        }
        switch bank.activation {
        case .silu:
            unsafe kernels.silu_multiply(gates, ups, count, gates)
        case .clampedSwiGLU(let limit, let alpha):
            unsafe clampedSwiGLU(gates, ups, count: count, limit: limit, alpha: alpha)
        }
    }

    private func add(
        _ bias: ExpertBias, of outputs: Range<Int>, to values: UnsafeMutablePointer<Float>
    ) {
        unsafe vectors[bias.vector.index].withUnsafeBufferPointer { biases in
            precondition(
                (outputs.upperBound - 1) * bias.step + bias.first < biases.count,
                "a bias for each output")
            for (index, output) in outputs.enumerated() {
                unsafe values[index] += biases[output * bias.step + bias.first]
            }
        }
    }

    /// How many exponentials are computed at a time.
    private static let activationRun = 128

    /// Scalar code, except for `exp`, which is the kernels'. So the bits are the same on every
    /// instruction set.
    private func clampedSwiGLU(
        _ gates: UnsafeMutablePointer<Float>, _ ups: UnsafeMutablePointer<Float>, count: Int,
        limit: Float, alpha: Float
    ) {
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.activationRun) {
            terms in
            guard let base = terms.baseAddress else { return }
            for first in stride(from: 0, to: count, by: Self.activationRun) {
                let run = min(Self.activationRun, count - first)
                let gate = unsafe gates + first
                let up = unsafe ups + first
                for index in 0..<run {
                    let value = unsafe gate[index] > limit ? limit : gate[index]
                    unsafe gate[index] = value
                    unsafe base[index] = -(value * alpha)
                }
                unsafe kernels.exp(base, run, base)
                for index in 0..<run {
                    let glu = unsafe gate[index] / (1 + base[index])
                    unsafe gate[index] = (up[index].clamped(to: -limit, limit) + 1) * glu
                }
            }
        }
    }
}
