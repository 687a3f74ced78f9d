import Testing

@testable import Generation

@Suite("Permit") struct PermitTests {
    @Test("a dropped permit gives its place back") func dropped() throws {
        let pool = PermitPool(requestsMax: 1, tokensMax: 100, promptTokensMax: 1000)
        do {
            let permit = try pool.take(prompts: [40])
            #expect(pool.held == (1, 40))
            withExtendedLifetime(permit) {}
        }
        #expect(pool.held == (0, 0))
    }

    @Test("a trimmed permit keeps only what it needs, and releases once") func trimmed() throws {
        let pool = PermitPool(requestsMax: 2, tokensMax: 100, promptTokensMax: 1000)
        let permit = try #require(try pool.take(prompts: [60]).first)
        permit.trim(tokens: 10)
        permit.trim(tokens: 50)
        permit.trim(tokens: -1)
        #expect(pool.held == (1, 10))
        permit.release()
        permit.release()
        permit.trim(tokens: 1)
        #expect(pool.held == (0, 0))
    }

    @Test("requests and tokens are both bounded") func bounded() throws {
        let pool = PermitPool(requestsMax: 2, tokensMax: 100, promptTokensMax: 1000)
        pool.advise(retryAfter: .seconds(7))
        let first = try #require(try pool.take(prompts: [60]).first)
        #expect(throws: Rejection.queueFull(retryAfter: .seconds(7))) {
            try pool.take(prompts: [41])
        }
        let second = try pool.take(prompts: [40])
        first.trim(tokens: 1)
        #expect(throws: Rejection.queueFull(retryAfter: .seconds(7))) {
            try pool.take(prompts: [1])
        }
        withExtendedLifetime((first, second)) {}
    }

    @Test("a body larger than the queue gets in when it is alone") func oversized() throws {
        let pool = PermitPool(requestsMax: 4, tokensMax: 100, promptTokensMax: 1000)
        let permit = try pool.take(prompts: [.max])
        #expect(pool.held == (1, 100))
        #expect(throws: Rejection.self) { try pool.take(prompts: [0]) }
        withExtendedLifetime(permit) {}
    }

    @Test("a prompt never counts for more than the context") func context() throws {
        let pool = PermitPool(requestsMax: 4, tokensMax: 100, promptTokensMax: 30)
        let long = try pool.take(prompts: [1_100_000])
        #expect(pool.held == (1, 30))
        let small = try pool.take(prompts: [10, 200])
        #expect(pool.held == (3, 70))
        withExtendedLifetime((long, small)) {}
    }

    @Test("the prompts of a request get in together or not at all") func together() throws {
        let pool = PermitPool(requestsMax: 3, tokensMax: 100, promptTokensMax: 80)
        let all = try pool.take(prompts: [80, 80, 80])
        #expect(pool.held == (3, 100))
        all.forEach { $0.release() }
        #expect(pool.held == (0, 0))
        let one = try pool.take(prompts: [1])
        #expect(throws: pool.queueFull) { try pool.take(prompts: [1, 1, 1]) }
        #expect(pool.held == (1, 1))
        withExtendedLifetime(one) {}
    }

    @Test("more prompts than the queue has places are refused for good") func tooMany() {
        let pool = PermitPool(requestsMax: 3, tokensMax: 100, promptTokensMax: 80)
        #expect(
            throws: Rejection.invalid(
                InvalidParameter(
                    "prompt",
                    "holds 4 prompts, the queue has places for 3; send fewer at a time"))
        ) { try pool.take(prompts: [1, 1, 1, 1]) }
    }
}
