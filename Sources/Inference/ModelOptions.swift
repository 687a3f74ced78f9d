package import Compute
import Glibc
import Threads

/// How a model is to be held and run.
package struct ModelOptions: Sendable {
    package var scheme: WeightScheme
    package var kvType: KVType
    /// Compute threads; nil takes the CPUs the process may use.
    package var threads: Int?
    /// A row of the kernel table; nil takes the best.
    package var isa: String?
    /// Whether each compute thread stays on a core of its own.
    package var isPinned: Bool
    /// Positions a sequence may have; nil takes what the model was made for.
    package var contextMax: Int?
    /// Tokens of one forward pass.
    package var stepTokensMax: Int
    /// Rows of one forward pass whose logits are wanted.
    package var logitRowsMax: Int
    /// Weights, cache and workspace together; nil takes three quarters of the machine's memory.
    package var memoryMax: Int?
    /// Tokens that the cache should hold where the budget allows more; nil takes all that is left.
    package var cacheTokensWanted: Int?
    /// Whether a pack's weights are copied into huge pages instead of used from the mapped file.
    package var usesHugePages = false

    package init(
        scheme: WeightScheme, kvType: KVType = .bf16, threads: Int? = nil, isa: String? = nil,
        isPinned: Bool = true, contextMax: Int? = nil, stepTokensMax: Int = 512,
        logitRowsMax: Int = 128, memoryMax: Int? = nil
    ) {
        self.scheme = scheme
        self.kvType = kvType
        self.threads = threads
        self.isa = isa
        self.isPinned = isPinned
        self.contextMax = contextMax
        self.stepTokensMax = stepTokensMax
        self.logitRowsMax = logitRowsMax
        self.memoryMax = memoryMax
    }

    /// Compute threads to start.
    package var threadCount: Int { threads ?? max(1, Affinity.allowedCores.count) }

    /// The memory budget in bytes.
    package var memoryBudget: Int {
        memoryMax ?? sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) / 4 * 3
    }
}
