package import Compute
import Memory
import Threads

/// How to load and run a model.
package struct ModelOptions: Sendable {
    package var scheme: WeightScheme
    package var kvType: KVType
    /// Compute threads; nil means as many as CPUs that the process may use.
    package var threads: Int?
    /// The name of a row of the kernel table; nil means the best one.
    package var isa: String?
    /// Whether each compute thread stays on a core of its own.
    package var isPinned: Bool
    /// The most positions of a sequence; nil means the number the model was trained for.
    package var contextMax: Int?
    /// The most tokens of one forward pass.
    package var stepTokensMax: Int
    /// The most rows of one forward pass whose logits are computed.
    package var logitRowsMax: Int
    /// Bytes for weights, cache and workspace together; nil means three quarters of what the
    /// machine or the container has.
    package var memoryMax: Int?
    /// The most tokens that the cache should hold even if the budget allows more; nil means no such
    /// limit.
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
        memoryMax ?? MachineMemory.bytes / 4 * 3
    }
}
