package import Compute

/// The largest magnitude that each input of each float matrix had, by the matrix's index and expert.
///
/// Not `Sendable`: it belongs to the thread of the backend that it is given to.
package final class InputRecorder {
    /// `[experts, inputs]` by the matrix's index.
    private var maxima: [Int: [Float]] = [:]

    package init() {}

    /// `[experts, inputs]`; zeros where an expert was never visited, nil where nothing was noted.
    package func maxima(before matrix: Matrix) -> [Float]? {
        maxima[matrix.index]
    }

    fileprivate func note(
        _ rows: UnsafePointer<Float>, count: Int, before matrix: Matrix, expert: Int
    ) {
        let width = matrix.inputs
        var noted =
            maxima.removeValue(forKey: matrix.index)
            ?? [Float](repeating: 0, count: matrix.experts * width)
        let place = expert * width
        unsafe noted.withUnsafeMutableBufferPointer { all in
            for row in 0..<count {
                for column in 0..<width {
                    // A NaN compares false and leaves no trace here; the step's check finds it.
                    let magnitude = unsafe abs(rows[row * width + column])
                    if unsafe magnitude > all[place + column] {
                        unsafe all[place + column] = magnitude
                    }
                }
            }
        }
        maxima[matrix.index] = noted
    }
}

extension CPUBackend {
    /// Shows the recorder, if there is one, the inputs of a projection.
    func record(_ x: Tensor, before matrix: Matrix) {
        guard let recorder, !arena.isMeasuring else { return }
        unsafe recorder.note(arena.floats(x), count: x.rows, before: matrix, expert: 0)
    }

    /// Shows the recorder, if there is one, the inputs of a bank's projection: a row a visit.
    func record(_ x: Tensor, _ visits: Visits, before matrix: Matrix) {
        guard let recorder, !arena.isMeasuring else { return }
        for index in 0..<visits.partsMax {
            guard let part = self.part(index, of: visits) else { continue }
            unsafe recorder.note(
                arena.floats(x) + (part.first + part.rows.lowerBound) * x.columns,
                count: part.rows.count, before: matrix, expert: part.expert)
        }
    }
}
