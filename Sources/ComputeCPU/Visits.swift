import Compute

/// Which tokens visit which experts, sorted by expert. Each visit is a row of one grouped product.
struct Visits {
    /// The number of rows: tokens times experts per token.
    let count: Int
    /// Whether there is just one expert and every token visits it, in order.
    let areAll: Bool
    /// `[count]`: the token of each row. Rows are sorted by expert.
    let tokens: Tensor
    /// `[tokens, topK]`: the row of each of a token's routes.
    let places: Tensor
    /// `[partsMax, 4]`: expert, its first row, its rows, and the first row of this part in it.
    let parts: Tensor
    /// The most parts there can be. Parts that are not needed have no rows.
    let partsMax: Int

    /// The most rows in a part, so that their packed inputs stay in a core's L2 cache.
    static let partRowsMax = 240

    /// Some of one expert's rows.
    struct Part {
        let expert: Int
        /// The expert's first row.
        let first: Int
        /// The expert's rows.
        let count: Int
        /// The part's rows, counted from the expert's first.
        let rows: Range<Int>
    }
}

extension CPUBackend {
    /// Sorts routes by expert, tokens ascending within an expert.
    func sortedByExpert(_ routes: Routes, experts: Int) -> Visits {
        let visits = takeVisits(
            routes.tokens * routes.topK, experts: min(experts, routes.tokens * routes.topK),
            areAll: false)
        let starts = arena.take(1, experts + 1)
        parallel(1) { _, _ in
            let ids = unsafe arena.ints(routes.indices)
            let starts = unsafe UnsafeMutableBufferPointer(
                start: arena.ints(starts), count: experts + 1)
            unsafe starts.update(repeating: 0)
            for place in 0..<visits.count {
                precondition(unsafe ids[place] >= 0 && Int(ids[place]) < experts, "no such expert")
                unsafe starts[Int(ids[place]) + 1] += 1
            }
            for expert in 0..<experts { unsafe starts[expert + 1] += starts[expert] }
            unsafe writeParts(starts, visits)
            for place in 0..<visits.count {
                let row = unsafe starts[Int(ids[place])]
                unsafe starts[Int(ids[place])] += 1
                unsafe arena.ints(visits.places)[place] = row
                unsafe arena.ints(visits.tokens)[Int(row)] = Int32(place / routes.topK)
            }
        }
        return visits
    }

    /// Every row visits the only expert.
    func allVisitOne(_ rows: Int) -> Visits {
        let visits = takeVisits(rows, experts: 1, areAll: true)
        parallel(1) { _, _ in
            var starts = [0, Int32(rows)]
            unsafe starts.withUnsafeMutableBufferPointer { unsafe writeParts($0, visits) }
        }
        return visits
    }

    /// The part that a task works on; nil if there are fewer parts.
    func part(_ index: Int, of visits: Visits) -> Visits.Part? {
        let part = unsafe arena.ints(visits.parts) + index * 4
        guard unsafe part[2] > 0 else { return nil }
        let first = unsafe Int(part[3])
        return unsafe Visits.Part(
            expert: Int(part[0]), first: Int(part[1]), count: Int(part[2]),
            rows: first..<min(first + Visits.partRowsMax, Int(part[2])))
    }

    private func takeVisits(_ count: Int, experts: Int, areAll: Bool) -> Visits {
        let partsMax = count / Visits.partRowsMax + experts
        return Visits(
            count: count, areAll: areAll, tokens: arena.take(1, areAll ? 0 : count),
            places: arena.take(1, areAll ? 0 : count), parts: arena.take(partsMax, 4),
            partsMax: partsMax)
    }

    private func writeParts(_ starts: UnsafeMutableBufferPointer<Int32>, _ visits: Visits) {
        let parts = unsafe arena.ints(visits.parts)
        var part = 0
        for expert in 0..<starts.count - 1 {
            let first = unsafe starts[expert]
            let rows = unsafe starts[expert + 1] - first
            for row in stride(from: 0, to: rows, by: Visits.partRowsMax) {
                let place = unsafe parts + part * 4
                unsafe (place[0], place[1], place[2], place[3]) = (Int32(expert), first, rows, row)
                part += 1
            }
        }
        for unused in part..<visits.partsMax { unsafe parts[unused * 4 + 2] = 0 }
    }
}
