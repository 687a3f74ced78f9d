import Compute

/// Which rows visit which experts, sorted by expert. Each visit is a row of one grouped product.
struct Visits {
    /// The number of visits: rows times experts per row.
    let count: Int
    /// Nil if there is just one expert and every row visits it, in order.
    let sorted: Sorted?
    /// The number of parts.
    let parts: Int

    /// Where the sorted visits lie in the arena.
    struct Sorted {
        /// `[count]`: the row of `x` of each visit. Visits are sorted by expert.
        let rows: Tensor
        /// `[count]`: the factor of each visit's output.
        let weights: Tensor
        /// `[rows, topK]`: the visit of each of a row's routes.
        let places: Tensor
        /// `[parts, 4]`: expert, its first visit, its visits, and the part's index among the
        /// expert's.
        let parts: Tensor
    }

    /// Some of one expert's visits.
    struct Part {
        let expert: Int
        /// The expert's first visit.
        let first: Int
        /// The expert's visits.
        let count: Int
        /// The part's visits, counted from the expert's first.
        let rows: Range<Int>
    }

    /// Every row visits the only expert.
    init(all rows: Int) {
        count = rows
        sorted = nil
        parts = (rows + Speed.cachedRows - 1) / Speed.cachedRows
    }

    fileprivate init(count: Int, sorted: Sorted, parts: Int) {
        self.count = count
        self.sorted = sorted
        self.parts = parts
    }

    /// The visits of part `index` of an expert that has `count`: parts are equally long, but for the
    /// last, and begin at whole tiles of every kernel.
    static func rows(ofPart index: Int, count: Int) -> Range<Int> {
        let parts = (count + Speed.cachedRows - 1) / Speed.cachedRows
        let size = ((count + parts - 1) / parts + 11) / 12 * 12
        return min(index * size, count)..<min((index + 1) * size, count)
    }
}

/// The parts of some visits, as a phase reads them.
@safe struct Parts {
    private let count: Int
    private let table: UnsafeMutablePointer<Int32>?

    init(_ visits: Visits, _ arena: Arena) {
        count = visits.count
        unsafe table = visits.sorted.map { unsafe arena.integers($0.parts).base }
    }

    subscript(index: Int) -> Visits.Part {
        guard let table = unsafe table else {
            return Visits.Part(
                expert: 0, first: 0, count: count, rows: Visits.rows(ofPart: index, count: count))
        }
        let part = unsafe table + index * 4
        let visits = unsafe Int(part[2])
        return unsafe Visits.Part(
            expert: Int(part[0]), first: Int(part[1]), count: visits,
            rows: Visits.rows(ofPart: Int(part[3]), count: visits))
    }
}

extension CPUBackend {
    /// Sorts routes by expert, rows ascending within an expert.
    func sortedByExpert(_ routes: Routes, experts: Int) -> Visits {
        let count = routes.tokens * routes.topK
        let partsMax = count / Speed.cachedRows + min(experts, count)
        let sorted = Visits.Sorted(
            rows: arena.take(1, count), weights: arena.take(1, count),
            places: arena.take(1, count), parts: arena.take(partsMax, 4))
        let starts = arena.take(1, experts + 1)
        guard !arena.isMeasuring else {
            return Visits(count: count, sorted: sorted, parts: partsMax)
        }
        let parts = unsafe sort(
            routes, experts: experts, sorted, starts: arena.integers(starts).base)
        return Visits(count: count, sorted: sorted, parts: parts)
    }

    /// Returns the number of parts.
    private func sort(
        _ routes: Routes, experts: Int, _ sorted: Visits.Sorted,
        starts: UnsafeMutablePointer<Int32>
    ) -> Int {
        let (count, topK) = (routes.tokens * routes.topK, routes.topK)
        let ids = unsafe arena.integers(routes.indices).base
        let factors = unsafe arena.rows(routes.weights).base
        unsafe starts.update(repeating: 0, count: experts + 1)
        for place in 0..<count {
            let id = unsafe Int(ids[place])
            precondition(id >= 0 && id < experts, "no such expert")
            unsafe starts[id + 1] += 1
        }
        let parts = arena.integers(sorted.parts)
        var part = 0
        for expert in 0..<experts {
            let (first, visits) = unsafe (starts[expert], Int(starts[expert + 1]))
            unsafe starts[expert + 1] += first
            var index = 0
            while !Visits.rows(ofPart: index, count: max(visits, 1)).isEmpty, visits > 0 {
                let entry = unsafe parts[part]
                unsafe entry[0] = Int32(expert)
                unsafe entry[1] = first
                unsafe entry[2] = Int32(visits)
                unsafe entry[3] = Int32(index)
                part += 1
                index += 1
            }
        }
        let (rows, places) = unsafe (
            arena.integers(sorted.rows).base, arena.integers(sorted.places).base
        )
        let weights = unsafe arena.rows(sorted.weights).base
        for place in 0..<count {
            let expert = unsafe Int(ids[place])
            let visit = unsafe starts[expert]
            unsafe starts[expert] += 1
            unsafe places[place] = visit
            unsafe rows[Int(visit)] = Int32(place / topK)
            unsafe weights[Int(visit)] = factors[place]
        }
        return part
    }
}
