package import Compute

/// The sum of squares of each input of each float matrix, by the matrix's index and expert.
///
/// Not `Sendable`: it belongs to the thread of the backend that uses it.
package final class InputRecorder {
    /// `[experts, inputs]` by the matrix's index.
    private var squares: [Int: [Float]] = [:]
    private let heard: () -> Void

    /// - heard: called for each matrix that a pass reaches.
    package init(_ heard: @escaping () -> Void = {}) {
        self.heard = heard
    }

    /// `[experts, inputs]`; zeros for experts that were never visited, nil if the matrix was never
    /// used.
    package func squares(before matrix: Matrix) -> [Float]? {
        squares[matrix.index]
    }

    fileprivate func begin() { heard() }

    fileprivate func note(
        _ rows: UnsafePointer<Float>, count: Int, before matrix: Matrix, expert: Int
    ) {
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

extension CPUBackend {
    /// Shows the recorder, if there is one, the inputs of a projection.
    func record(_ x: Tensor, before matrix: Matrix) {
        guard let recorder, !arena.isMeasuring else { return }
        recorder.begin()
        unsafe recorder.note(arena.floats(x), count: x.rows, before: matrix, expert: 0)
    }

    /// Shows the recorder, if there is one, the inputs of a bank's projection, with a row for each
    /// visit.
    func record(_ x: Tensor, _ visits: Visits, before matrix: Matrix) {
        guard let recorder, !arena.isMeasuring else { return }
        recorder.begin()
        for index in 0..<visits.partsMax {
            guard let part = self.part(index, of: visits) else { continue }
            unsafe recorder.note(
                arena.floats(x) + (part.first + part.rows.lowerBound) * x.columns,
                count: part.rows.count, before: matrix, expert: part.expert)
        }
    }
}
