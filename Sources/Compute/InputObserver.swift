/// Sees the inputs of a model's float projections while it is calibrated.
package protocol InputObserver: AnyObject {
    /// A projection, or one of a bank's projections, is about to be computed.
    func begin(_ matrix: Matrix)
    /// Some of its inputs: `count` rows of `[inputs]`, those that `expert` multiplies.
    func note(_ rows: UnsafePointer<Float>, count: Int, before matrix: Matrix, expert: Int)
}
