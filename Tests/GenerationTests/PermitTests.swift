import Testing

@testable import Generation

@Suite("Permit") struct PermitTests {
    @Test("a dropped permit gives its place back") func dropped() throws {
        let pool = PermitPool(requestsMax: 1, tokensMax: 100)
        do {
            let permit = try pool.take(bodyBytes: 40)
            #expect(pool.held == (1, 40))
            withExtendedLifetime(permit) {}
        }
        #expect(pool.held == (0, 0))
    }

    @Test("a trimmed permit keeps only what it needs, and releases once") func trimmed() throws {
        let pool = PermitPool(requestsMax: 2, tokensMax: 100)
        let permit = try pool.take(bodyBytes: 60)
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
        let pool = PermitPool(requestsMax: 2, tokensMax: 100)
        pool.advise(retryAfter: .seconds(7))
        let first = try pool.take(bodyBytes: 60)
        #expect(throws: Rejection.queueFull(retryAfter: .seconds(7))) {
            try pool.take(bodyBytes: 41)
        }
        let second = try pool.take(bodyBytes: 40)
        first.trim(tokens: 1)
        #expect(throws: Rejection.queueFull(retryAfter: .seconds(7))) {
            try pool.take(bodyBytes: 1)
        }
        withExtendedLifetime((first, second)) {}
    }

    @Test("a body larger than the queue gets in when it is alone") func oversized() throws {
        let pool = PermitPool(requestsMax: 4, tokensMax: 100)
        let permit = try pool.take(bodyBytes: .max)
        #expect(pool.held == (1, 100))
        #expect(throws: Rejection.self) { try pool.take(bodyBytes: 0) }
        withExtendedLifetime(permit) {}
    }

    @Test("a draining pool refuses") func draining() {
        let pool = PermitPool(requestsMax: 4, tokensMax: 100)
        pool.drain()
        #expect(throws: Rejection.draining) { try pool.take(bodyBytes: 1) }
    }
}
