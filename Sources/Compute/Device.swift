package import Generation

/// A processor that a model is installed on and runs on: its memory, the model's weights, the blocks
/// of the KV cache, and the operations.
///
/// Not `Sendable`: it belongs to the thread that runs the steps. Whatever holds a model holds one of
/// these and knows no more of the hardware.
package protocol Device: Backend, WeightHolder {
    /// The hardware profile, such as `cpu-avx512vnni`.
    var profile: String { get }
    /// The profile and what of it is used, for people: `cpu-avx512vnni, 2 threads`.
    var description: String { get }

    /// Makes the calling thread the one that runs all steps from now on.
    func adoptThread()
    /// Ends what the device runs; it cannot be used after.
    func stop()

    // MARK: Weights

    /// Bytes of weights that are held or mapped for use as they are.
    var weightBytes: Int { get }
    /// What the installed matrices make a step read and compute.
    func stepWork(experts: Int, expertsPerToken: Int, vocabulary: Int) -> StepWork

    // MARK: Memory of a step

    /// The most tokens of one step.
    var rowsMax: Int { get }
    /// Runs `body` without computing and returns the bytes that its tensors would have taken.
    func measure(_ body: () -> Void) -> Int
    /// Runs `body` without computing, and reserves what its tensors would have taken.
    func reserveArena(for body: () -> Void) throws(BackendError)
    /// Bytes that are reserved for tensors.
    var arenaBytes: Int { get }
    /// Bytes for the angles of a step's rows, which grow with `rowsMax`.
    var rotaryBytes: Int { get }
    /// Bytes that are reserved for a step, tensors and angles included.
    var workspaceBytes: Int { get }

    // MARK: KV cache

    /// Takes the memory of `blocks` KV blocks.
    func reserveCache(_ layout: KVCacheLayout, type: KVType, blocks: Int) throws(BackendError)
    var cacheBytes: Int { get }
    /// Copies a KV block's numbers over another's.
    func copyBlock(_ block: Int32, to target: Int32)
    /// Zeroes a KV block.
    func clearBlock(_ block: Int32)

    // MARK: A step

    /// Takes a step's tokens, positions, block tables, wanted rows and forced routes. Operations
    /// are about this batch until the next call. With `measure` and `reserveArena` only its size
    /// matters.
    ///
    /// A device that has prepared passes of a few sizes only pads the batch to the next of them.
    /// Padded rows come last, belong to no sequence, store nothing in the cache, and are not faulty.
    func begin(_ batch: borrowing ForwardBatch)
    /// Asks for log-probabilities of some rows of logits, then for draws from some of them, which
    /// may change the logits. At most once a step.
    func enqueue(_ logprobs: [LogprobJob], _ samples: [SampleJob], of logits: Tensor)
    /// Waits until the step is computed, and brings its results.
    func finish(into results: inout StepResults)

    /// Sees the inputs of float projections, if there is one. It slows a step down.
    var inputObserver: (any InputObserver)? { get set }
}
