import Generation

/// Which requests are admitted.
extension ServiceContract {
    func refusals() {
        let context = service.contextMax
        let wrong: [(String, GenerationRequest, (Rejection) -> Bool)] = [
            (
                "a prompt of the whole context",
                request(1) { $0.prompt = Array(repeating: 1, count: context) },
                { $0 == .promptTooLong(tokens: context, max: context - 1) }
            ),
            ("no prompt", request(1) { $0.prompt = [] }, { isInvalid($0, "prompt") }),
            (
                "a token beyond the vocabulary",
                request(1) { $0.prompt = [Int32(self.service.vocabularySize)] },
                { isInvalid($0, "prompt") }
            ),
            ("no tokens", request(0), { isInvalid($0, "max_tokens") }),
            ("no choices", request(1) { $0.choices = 0 }, { isInvalid($0, "n") }),
            (
                "a temperature that is none", request(1) { $0.sampling.temperature = .nan },
                { isInvalid($0, "temperature") }
            ),
        ]
        let places = placesLeft()
        for (title, request, isRight) in wrong {
            do throws(Rejection) {
                let permits = try service.reserve(prompts: [request.prompt.count])
                do throws(Rejection) {
                    try service.submit(request, permits[0], sink: recorder)
                    problems.append("\(title) was taken")
                } catch {
                    expect(isRight(error), "\(title): \(error)")
                }
                // The caller still holds the permit.
                expect(placesLeft() == places, "\(title) keeps its place")
                withExtendedLifetime(permits) {}
            } catch {
                problems.append("\(title): no place: \(error)")
            }
        }
    }

    func fullQueue() throws {
        let places = placesLeft()
        expect(places > 1 && places < 100_000, "\(places) places")
        expect(placesLeft() == places, "dropped permits are not given back")
        let held = try service.reserve(prompts: Array(repeating: 1, count: places - 1))
        expect(held.count == places - 1, "\(held.count) permits of \(places - 1)")
        // All of them or none.
        do throws(Rejection) {
            _ = try service.reserve(prompts: [1, 1])
            problems.append("two places where one is left")
        } catch {
            if case .queueFull = error {} else { problems.append("\(error)") }
        }
        expect(placesLeft() == 1, "a refused request took places")
        for permit in held { permit.release() }
        expect(placesLeft() == places, "released permits are not given back")
        do throws(Rejection) {
            _ = try service.reserve(prompts: Array(repeating: 1, count: places + 1))
            problems.append("more places than there are")
        } catch {
            expect(isInvalid(error, "prompt"), "\(error)")
        }
    }

    func permits() throws {
        let places = placesLeft()
        var ids: [RequestID] = []
        for index in 0..<6 {
            let request = request(4) { $0.choices = 1 + index % 2 }
            try submit(request)
            ids.append(request.id)
            if index % 3 == 2 { service.cancel(request.id) }
        }
        work { ids.allSatisfy { recorder[$0].isOver } }
        try settle()
        expect(placesLeft() == places, "\(placesLeft()) places of \(places) after all ended")
    }

    func drain() throws {
        expect(service.figures.isReady && !service.figures.isDraining, "\(service.figures)")
        subject.drain()
        expect(service.figures.isReady && service.figures.isDraining, "\(service.figures)")
        let record = try run(request(3))
        expect(record.reasons == [.length], "what comes in a drain ends by \(record.reasons)")
    }

    func stop() throws {
        recorder.setReading(false)
        let permit = try service.reserve(prompts: [1])[0]
        let running = request(unsentTokensMax * 2)
        try submit(running)
        work { !recorder[running.id].tokens[0].isEmpty }
        subject.stop()
        work { recorder[running.id].isOver }
        let failure = recorder[running.id].failure
        expect(failure?.kind == .unavailable, "what runs ends with \(failure as Any)")
        expect(!service.figures.isReady, "it is ready")
        do throws(Rejection) {
            _ = try service.reserve(prompts: [1])
            problems.append("there are places after the end")
        } catch {
            expect(error == .unavailable, "\(error)")
        }
        do throws(Rejection) {
            try service.submit(request(1), permit, sink: recorder)
            problems.append("a request was taken after the end")
        } catch {
            expect(error == .unavailable, "\(error)")
        }
        service.cancel(running.id)
    }
}

private func isInvalid(_ rejection: Rejection, _ name: String) -> Bool {
    if case .invalid(let parameter) = rejection { parameter.name == name } else { false }
}
