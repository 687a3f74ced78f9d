import Compute

extension CPUBackend {
    /// Shows the observer, if there is one, the inputs of a projection.
    func observe(_ x: Tensor, before matrix: Matrix) {
        guard let inputObserver, !arena.isMeasuring else { return }
        inputObserver.begin(matrix)
        unsafe inputObserver.note(arena.rows(x).base, count: x.rows, before: matrix, expert: 0)
    }

    /// Shows the observer, if there is one, the inputs of a bank's projection, with a row for each
    /// visit.
    func observe(_ x: Tensor, _ visits: Visits, before matrix: Matrix) {
        guard let inputObserver, !arena.isMeasuring else { return }
        inputObserver.begin(matrix)
        let parts = Parts(visits, arena)
        let rows = arena.rows(x)
        for index in 0..<visits.parts {
            let part = parts[index]
            unsafe inputObserver.note(
                rows[part.first + part.rows.lowerBound], count: part.rows.count, before: matrix,
                expert: part.expert)
        }
    }
}
