/// Counts the tokens each client was served, so that the one served least goes first.
///
/// Start-time fair queueing (Goyal, Vin, Cheng 1996): a client that comes back starts level with
/// the one served last, so idling saves nothing up. Only clients with requests are remembered.
struct FairShares: Sendable {
    private struct Share: Sendable {
        var served: UInt64
        var requests: Int
    }

    private var shares: [UInt64: Share] = [:]
    private var level: UInt64 = 0

    /// A request of this client was accepted.
    mutating func enter(_ key: UInt64) {
        shares[key, default: Share(served: level, requests: 0)].requests += 1
    }

    /// A request of this client ended.
    mutating func leave(_ key: UInt64) {
        guard var share = shares[key] else { return }
        share.requests -= 1
        shares[key] = share.requests > 0 ? share : nil
    }

    /// A request of this client is admitted: newcomers start here from now on.
    mutating func admit(_ key: UInt64) {
        level = max(level, served(key))
    }

    mutating func charge(_ key: UInt64, tokens: Int) {
        shares[key]?.served &+= UInt64(tokens)
    }

    func served(_ key: UInt64) -> UInt64 { shares[key]?.served ?? level }

    var clientCount: Int { shares.count }
}
