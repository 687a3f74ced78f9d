import CKernels
import Compute

/// What a bank adds and applies between its products.
@safe struct BankActivation {
    private let kernels: sw_kernels
    private let activation: Activation
    private let inner: Int
    private let hidden: Int
    private let biases: (gate: ExpertBias, up: ExpertBias, down: ExpertBias)?
    private let values: (gate: StoredVector, up: StoredVector, down: StoredVector)?

    init(_ backend: CPUBackend, _ bank: ExpertBank) {
        unsafe kernels = unsafe backend.kernels
        activation = bank.activation
        inner = bank.inner
        hidden = bank.hidden
        biases = bank.biases.map { ($0.gate, $0.up, $0.down) }
        values =
            bank.biases.map {
                (
                    backend.vectors[$0.gate.vector.index], backend.vectors[$0.up.vector.index],
                    backend.vectors[$0.down.vector.index]
                )
            }
    }

    /// Adds the biases, if there are any, to `count` inner outputs from `first` on, applies the
    /// activation and writes its results to `gates`.
    func apply(
        _ gates: UnsafeMutablePointer<Float>, _ ups: UnsafeMutablePointer<Float>, expert: Int,
        from first: Int, count: Int
    ) {
        if let biases, let values {
            let outputs = expert * inner + first..<expert * inner + first + count
            unsafe add(biases.gate, values.gate, of: outputs, to: gates)
            unsafe add(biases.up, values.up, of: outputs, to: ups)
        }
        switch activation {
        case .silu:
            unsafe kernels.silu_multiply(gates, ups, count, gates)
        case .clampedSwiGLU(let limit, let alpha):
            unsafe clampedSwiGLU(gates, ups, count: count, limit: limit, alpha: alpha)
        }
    }

    /// Adds the down-projection's biases, if there are any, to `count` outputs from `first` on.
    func addDownBias(
        expert: Int, from first: Int, count: Int, to outputs: UnsafeMutablePointer<Float>
    ) {
        guard let biases, let values else { return }
        let place = biases.down.first + expert * hidden + first
        precondition(place + count <= values.down.count, "a bias for each output")
        unsafe kernels.add(values.down.base + place, count, outputs)
    }

    private func add(
        _ bias: ExpertBias, _ biases: StoredVector, of outputs: Range<Int>,
        to values: UnsafeMutablePointer<Float>
    ) {
        precondition(
            (outputs.upperBound - 1) * bias.step + bias.first < biases.count,
            "a bias for each output")
        for (index, output) in outputs.enumerated() {
            unsafe values[index] += biases.base[output * bias.step + bias.first]
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
