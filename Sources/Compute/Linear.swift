/// A projection `y = W x + b`; `x` is `[tokens, inputs]`, `y` is `[tokens, outputs]`.
package struct Linear: Sendable {
    package let weight: Matrix
    package let bias: Vector?
    package var outputs: Int { weight.outputs }
    package var inputs: Int { weight.inputs }

    package init(weight: Matrix, bias: Vector?) {
        self.weight = weight
        self.bias = bias
    }
}
