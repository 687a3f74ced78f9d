import Generation

/// Requests that end early. None could end by itself, since nobody reads its tokens.
extension ServiceContract {
    private var endless: GenerationRequest { request(unsentTokensMax * 2) }

    func cancelEarly() throws {
        recorder.setReading(false)
        service.cancel(.next())
        let request = endless
        try submit(request)
        service.cancel(request.id)
        work { recorder[request.id].isOver }
        expect(recorder[request.id].reasons == [.cancelled], "\(recorder[request.id].reasons)")
        recorder.setReading(true)
        try settle()
    }

    func cancelMidway() throws {
        recorder.setReading(false)
        var request = endless
        request.choices = 2
        let id = request.id
        try submit(request)
        work { recorder[id].tokens.allSatisfy { $0.count > 2 } }
        service.cancel(id)
        service.cancel(id)
        work { recorder[id].isOver }
        expect(recorder[id].reasons == [.cancelled, .cancelled], "\(recorder[id].reasons)")
        recorder.setReading(true)
        try settle()
    }

    func cancelLate() throws {
        let request = request(3)
        _ = try run(request)
        service.cancel(request.id)
        service.cancel(request.id, choice: 0)
        service.returnCredit(request.id, choice: 0, tokens: 1)
        try settle()
        expect(recorder[request.id].reasons == [.length], "\(recorder[request.id].reasons)")
    }

    func cancelChoice() throws {
        recorder.setReading(false)
        var request = endless
        request.choices = 3
        let id = request.id
        try submit(request)
        work { recorder[id].tokens.allSatisfy { $0.count > 2 } }
        service.cancel(id, choice: 1)
        work { recorder[id].ends[1] != nil }
        expect(recorder[id].reasons == [nil, .cancelled, nil], "\(recorder[id].reasons)")
        recorder.setReading(true)
        work { recorder[id].isOver }
        expect(recorder[id].reasons == [.length, .cancelled, .length], "\(recorder[id].reasons)")
        let counts = recorder[id].tokens.map(\.count)
        expect(counts[0] == request.tokensMax && counts[2] == request.tokensMax, "\(counts)")
    }

    /// Others are served meanwhile, and it continues when its reader does.
    func pausedReader() throws {
        recorder.setReading(false)
        let request = endless
        try submit(request)
        work { recorder[request.id].tokens[0].count >= unsentTokensMax }
        for _ in 0..<3 { try settle() }
        let count = recorder[request.id].tokens[0].count
        expect(count == unsentTokensMax, "\(count) tokens that nobody reads")
        recorder.setReading(true)
        work { recorder[request.id].isOver }
        expect(recorder[request.id].reasons == [.length], "\(recorder[request.id].reasons)")
        expect(recorder[request.id].tokens[0].count == request.tokensMax, "it is not whole")
    }

    /// It is refused at once, or fails without a token.
    func deadline() throws {
        var request = request(5)
        request.deadline = ContinuousClock.now - .seconds(1)
        do {
            let record = try run(request)
            let kinds: [GenerationFailure.Kind] = [.deadlineExceeded, .rejected(.hopeless)]
            expect(
                record.failure.map { kinds.contains($0.kind) } ?? false, "\(record.failure as Any)")
            expect(record.tokens == [[]], "tokens \(record.tokens)")
        } catch let error as Rejection {
            expect(error == .hopeless, "\(error)")
        }
        try settle()
    }
}
