import Compute

/// The sum of squares of each input of each float matrix, by the matrix's index and expert.
///
/// Not `Sendable`: it belongs to the thread of the device that uses it.
final class InputRecorder: InputObserver {
    /// `[experts, inputs]` by the matrix's index.
    private var squares: [Int: [Float]] = [:]
    private let heard: () -> Void

    /// - heard: called for each matrix that a pass reaches.
    init(_ heard: @escaping () -> Void = {}) {
        self.heard = heard
    }

    /// `[experts, inputs]`; zeros for experts that were never visited, nil if the matrix was never
    /// used.
    func squares(before matrix: Matrix) -> [Float]? {
        squares[matrix.index]
    }

    func begin(_ matrix: Matrix) { heard() }

    func note(_ rows: UnsafePointer<Float>, count: Int, before matrix: Matrix, expert: Int) {
        let width = matrix.inputs
        var sums =
            squares.removeValue(forKey: matrix.index)
            ?? [Float](repeating: 0, count: matrix.experts * width)
        let place = expert * width
        unsafe sums.withUnsafeMutableBufferPointer { all in
            for row in 0..<count {
                for column in 0..<width {
                    let value = unsafe rows[row * width + column]
                    unsafe all[place + column] += value * value
                }
            }
        }
        squares[matrix.index] = sums
    }
}
