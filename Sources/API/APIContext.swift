import Glibc

/// What all front ends share.
package struct APIContext: Sendable {
    package let catalog: ModelCatalog
    package let prompting: Prompting
    package let sinks: LoopSinks
    package let salting: CacheSalting
    /// The wall clock, for `created`.
    package let unixSeconds: @Sendable () -> Int64

    package init(
        catalog: ModelCatalog, prompting: Prompting, sinks: LoopSinks = LoopSinks(),
        salting: CacheSalting = CacheSalting(),
        unixSeconds: @escaping @Sendable () -> Int64 = APIContext.systemSeconds
    ) {
        self.catalog = catalog
        self.prompting = prompting
        self.sinks = sinks
        self.salting = salting
        self.unixSeconds = unixSeconds
    }

    /// The rules of orders, in a front end's spelling.
    package func rules(_ names: OrderRules.Names) -> OrderRules { OrderRules(names, salting) }

    /// The system's clock in whole Unix seconds.
    package static let systemSeconds: @Sendable () -> Int64 = { Int64(time(nil)) }
}
