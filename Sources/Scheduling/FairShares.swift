/// Counts the tokens served to each client, so that the client served least goes first.
///
/// Start-time fair queueing (Goyal, Vin, Cheng 1996): a client whose queue was empty starts with
/// the count of the client served last, so nobody gains credit by being idle. A client without
/// requests is remembered until the others have caught up with it, or nobody has any.
struct FairShares: Sendable {
    private struct Share: Sendable {
        var served: UInt64
        var requests = 0
        var waiting = 0
    }

    private var shares: [UInt64: Share] = [:]
    private var level: UInt64 = 0

    /// Notes that a request of this client was accepted and waits.
    mutating func enter(_ key: UInt64) {
        var share = shares[key] ?? Share(served: level)
        if share.waiting == 0 { share.served = max(share.served, level) }
        share.requests += 1
        share.waiting += 1
        shares[key] = share
    }

    /// Notes that a request of this client ended. `wasWaiting` is true if it was never admitted.
    mutating func leave(_ key: UInt64, wasWaiting: Bool) {
        guard var share = shares[key] else { return }
        share.requests -= 1
        if wasWaiting { share.waiting -= 1 }
        shares[key] = share.requests > 0 || share.served > level ? share : nil
        if clientCount == 0 { shares = [:] }
    }

    /// Notes that a request of this client is admitted. New clients start with its count from now
    /// on.
    mutating func admit(_ key: UInt64) {
        shares[key]?.waiting -= 1
        guard served(key) > level else { return }
        level = served(key)
        shares = shares.filter { $0.value.requests > 0 || $0.value.served > level }
    }

    mutating func charge(_ key: UInt64, tokens: Int) {
        shares[key]?.served &+= UInt64(tokens)
    }

    func served(_ key: UInt64) -> UInt64 { shares[key]?.served ?? level }

    /// Clients that have requests, or are remembered.
    var rememberedCount: Int { shares.count }

    /// Clients that have requests.
    var clientCount: Int { shares.values.count { $0.requests > 0 } }
}
