import Metrics
import NIOCore
import Synchronization

/// Counts the open connections of all loops against their limits.
final class ConnectionGate: Sendable {
    /// What a connection may request.
    enum Place: Sendable {
        case ordinary
        /// Only health and metrics, which must be reachable even if the server is full.
        case reserved
    }

    private let ordinary = Atomic<Int>(0)
    private let reserved = Atomic<Int>(0)
    private let limits: NetworkLimits
    private let metrics: NetworkMetrics

    init(_ limits: NetworkLimits, _ metrics: NetworkMetrics) {
        self.limits = limits
        self.metrics = metrics
        metrics.connectionsMax["ordinary"].set(Double(limits.connectionsMax))
        metrics.connectionsMax["reserved"].set(Double(limits.connectionsReserved))
    }

    /// A place for one more connection. If all ordinary ones are taken, the connection of `loop`
    /// that has been idle longest is closed for it. If none is idle, it is a reserved place; nil if
    /// these are all taken too.
    func enter(_ loop: LoopContext) -> Place? {
        if enter(.ordinary) { return .ordinary }
        if loop.giveUpIdle(.ordinary), enter(.ordinary) { return .ordinary }
        if enter(.reserved) { return .reserved }
        return loop.giveUpIdle(.reserved) && enter(.reserved) ? .reserved : nil
    }

    func leave(_ place: Place) {
        add(-1, place)
        metrics.connectionsOpen.add(-1)
    }

    private func enter(_ place: Place) -> Bool {
        let max = place == .ordinary ? limits.connectionsMax : limits.connectionsReserved
        guard add(1, place) <= max else {
            add(-1, place)
            return false
        }
        metrics.connectionsOpen.add(1)
        return true
    }

    /// Returns the new count. Relaxed: only the number itself is shared.
    @discardableResult
    private func add(_ amount: Int, _ place: Place) -> Int {
        switch place {
        case .ordinary: ordinary.wrappingAdd(amount, ordering: .relaxed).newValue
        case .reserved: reserved.wrappingAdd(amount, ordering: .relaxed).newValue
        }
    }
}
