import Generation

/// Which events come, and in which order.
extension ServiceContract {
    func tokensThenOneEnd() throws {
        let record = try run(request(7))
        expect(record.tokens[0].count == 7, "\(record.tokens[0].count) tokens of 7")
        expect(record.reasons == [.length], "ended by \(record.reasons)")
        expect(record.failure == nil, "failed")
        try settle()
    }

    func choices() throws {
        let record = try run(request(5) { $0.choices = 3 })
        expect(record.tokens.map(\.count) == [5, 5, 5], "tokens \(record.tokens.map(\.count))")
        expect(record.reasons == [.length, .length, .length], "ended by \(record.reasons)")
        try settle()
    }

    /// A stop token ends its choice when it is first drawn. It is counted, but not delivered.
    func stopTokens() throws {
        let whole = try run(request(20)).tokens[0]
        guard let stop = whole.last, let place = whole.firstIndex(of: stop)
        else {
            problems.append("no tokens")
            return
        }
        let record = try run(request(20) { $0.stopTokens = [stop] })
        expect(record.tokens[0] == Array(whole[..<place]), "tokens \(record.tokens[0])")
        expect(record.reasons == [.stop], "ended by \(record.reasons)")
    }

    func tokensMax() throws {
        for count in [1, 2, 40] {
            let record = try run(request(count))
            expect(record.tokens[0].count == count, "\(record.tokens[0].count) of \(count)")
            expect(record.reasons == [.length], "ended by \(record.reasons)")
        }
    }

    func contextEnd() throws {
        let room = 3
        let prompt = [Int32](repeating: 1, count: service.contextMax - room)
        let record = try run(request(100) { $0.prompt = prompt })
        expect(record.tokens[0].count == room, "\(record.tokens[0].count) tokens for \(room)")
        expect(record.reasons == [.length], "ended by \(record.reasons)")
    }

    func logprobs() throws {
        for count in [nil, 0, 3] as [Int?] {
            let record = try run(request(4) { $0.logprobs = count })
            for (token, logprobs) in zip(record.tokens[0], record.logprobs[0]) {
                expect(logprobs?.top.count == count, "\(count ?? -1) asked: \(logprobs as Any)")
                expect(logprobs.map { $0.id == token } ?? true, "another token's")
                expect(logprobs.map { $0.logprob <= 0 } ?? true, "a probability above 1")
            }
        }
    }

    func promptLogprobs() throws {
        let none = try run(request(2))
        expect(none.promptLogprobs.isEmpty, "not asked for")
        let asked = request(2) {
            $0.prompt = (0..<300).map { Int32($0 % 50) }
            $0.promptLogprobs = 2
        }
        let record = try run(asked)
        let found = record.promptLogprobs
        expect(found.count == 300, "\(found.count) of 300")
        expect(found.first.map { $0 == nil } ?? false, "something predicts the first token")
        for (index, logprobs) in found.enumerated().dropFirst() {
            expect(logprobs?.id == asked.prompt[index], "token \(index) is another")
            expect(logprobs?.top.count == 2, "token \(index) has \(logprobs?.top.count ?? -1)")
        }
    }

    func forward() throws {
        let record = try run(
            request(0) {
                $0.kind = .forward
                $0.logprobs = 4
            })
        expect(record.forwards.map(\.count) == [4], "\(record.forwards.map(\.count))")
        expect(record.tokens == [[]], "tokens \(record.tokens)")
        expect(record.failure == nil && record.ends[0] != nil, "no end")
        try settle()
    }
}
