import CKernels
package import Checkpoints
package import Compute
import Memory
package import Threads

/// Runs a model on the CPU: one arena, one pool of workers, one row of the kernel table.
///
/// Not `Sendable`: it belongs to the thread that runs the steps.
@safe package final class CPUBackend: Device {
    let kernels: sw_kernels
    package let pool: WorkerPool
    var arena: Arena

    private(set) var matrices: [MatrixStorage] = []
    private(set) var vectors: [StoredVector] = []
    private(set) var rotaries: [RotaryRows] = []
    /// Owns the memory that matrices point into.
    private var owners: [AnyObject] = []
    private(set) var cache: KVCacheMemory?
    /// One for each worker; it has memory of its own and is used by one task at a time.
    var samplers: [WorkerSampler] = []
    /// What the step's operations read of its batch.
    var step = StepTables()
    var results = StepResults()
    let scratch: Scratch
    private let scratchBuffer: AlignedBuffer
    let faultFlags: AlignedBuffer
    package let rowsMax: Int
    /// Passes are padded to a multiple of so many rows. The CPU runs every size as it is; tests set
    /// it to see that padding changes nothing.
    var rowsPerBucket = 1
    package var inputObserver: (any InputObserver)?

    /// - threads: the number of compute threads, the caller included.
    /// - isa: the name of a row of the kernel table; nil means the best that the CPU supports.
    /// - rowsMax: the most tokens of one forward pass.
    package init(threads: Int, isa: String?, pinned: Bool, rowsMax: Int) throws(BackendError) {
        guard let row = unsafe sw_kernels_select(isa) else {
            throw BackendError(
                "this CPU has no '\(isa ?? "")' kernels; it has \(CPUBackend.supported)")
        }
        unsafe kernels = unsafe row.pointee
        self.rowsMax = rowsMax
        do {
            pool = try WorkerPool(workers: threads, pinned: pinned)
            scratchBuffer = try AlignedBuffer(count: threads * Scratch.workerBytes)
            scratch = Scratch(scratchBuffer)
            faultFlags = try AlignedBuffer(count: max(rowsMax, 1))
        } catch let error as ThreadError {
            throw BackendError(error.description)
        } catch {
            throw BackendError("\(error)")
        }
        arena = Arena()
    }

    /// Ends the worker threads.
    package func stop() {
        pool.stop()
    }

    /// The names of the kernel rows that this CPU supports, slowest first.
    package static var supported: [String] { rows.filter(\.isSupported).map(\.name) }

    /// The names of the kernel rows that this CPU does not support.
    package static var unsupported: [String] { rows.filter { !$0.isSupported }.map(\.name) }

    private static var rows: [(name: String, isSupported: Bool)] {
        var count = 0
        guard let table = unsafe sw_kernels_table(&count) else { return [] }
        return (0..<count).map { index in
            unsafe (String(cString: table[index].name), table[index].supported() != false)
        }
    }

    /// The row of the kernel table in use.
    package var isa: String { unsafe String(cString: kernels.name) }
    package var profile: String { "cpu-\(isa)" }
    var threads: Int { pool.workers }
    package var description: String { "\(profile), \(threads) threads" }
    /// Bytes reserved for a step's tensors.
    package var workspaceBytes: Int { arena.bytes + scratch.bytes + rotaryBytes }
    /// Bytes for the angles of a step's rows, which grow with `rowsMax`.
    package var rotaryBytes: Int { rotaries.reduce(0) { $0 + $1.bytes } }
    package var cacheBytes: Int { cache?.bytes ?? 0 }
    /// Bytes of weights that are in memory, or mapped and used in place.
    package var weightBytes: Int { matrices.reduce(0) { $0 + $1.bytes } }

    // MARK: Memory of a step

    /// Runs `body` without computing and returns the bytes of the arena that it would have taken.
    package func measure(_ body: () -> Void) -> Int {
        let reserved = arena
        defer { arena = reserved }
        arena = Arena()
        body()
        return arena.peak
    }

    /// Bytes of the arena that are reserved.
    package var arenaBytes: Int { arena.bytes }

    /// Runs `body` without computing, and reserves the arena that it would have taken.
    package func reserveArena(for body: () -> Void) throws(BackendError) {
        do {
            arena = try Arena(bytes: measure(body))
        } catch {
            throw BackendError("no memory for a step's tensors: \(error)")
        }
    }

    /// Allocates `blocks` KV blocks.
    package func reserveCache(_ layout: KVCacheLayout, type: KVType, blocks: Int)
        throws(BackendError)
    {
        do {
            cache = try KVCacheMemory(layout: layout, type: type, blocks: blocks)
        } catch {
            throw BackendError("no memory for \(blocks) KV blocks: \(error)")
        }
    }

    /// Copies a KV block's numbers over another's.
    package func copyBlock(_ block: Int32, to target: Int32) {
        cache?.copy(block: block, to: target)
    }

    /// Zeroes a KV block.
    package func clearBlock(_ block: Int32) {
        cache?.clear(block: block)
    }

    package func scope<Result>(_ body: () -> Result) -> Result {
        let mark = arena.top
        defer { arena.release(to: mark) }
        return body()
    }

    /// Runs `count` items of about so many nanoseconds each on the workers; does nothing while the
    /// arena only measures.
    func parallel(_ count: Int, nanoseconds: Int, _ body: WorkerPool.Run) {
        if !arena.isMeasuring {
            pool.runItems(count, atLeast: Speed.least(nanoseconds), body)
        }
    }

    // MARK: Weights

    /// Takes ownership of a matrix. `owners` hold its memory.
    package func install(_ storage: MatrixStorage, experts: Int, owners: [AnyObject]) -> Matrix {
        matrices.append(storage)
        self.owners += owners
        precondition(storage.inputs <= MatrixLimits.inputsMax, "stores check a matrix's limits")
        return Matrix(
            index: matrices.count - 1, experts: experts, outputs: storage.outputs,
            inputs: storage.inputs)
    }

    /// Stores a norm's gain or a bias.
    package func install(_ values: [Float]) -> Vector {
        let memory = VectorMemory(values)
        owners.append(memory)
        vectors.append(memory.stored(count: values.count))
        return Vector(index: vectors.count - 1, count: values.count)
    }

    /// Stores a rotary embedding and allocates memory for the angles of one step's rows.
    ///
    /// - location: the model's path, for the error message.
    package func install(_ frequencies: RotaryFrequencies, positions: Int, location: String)
        throws(CheckpointError) -> Rotary
    {
        do throws(MemoryError) {
            rotaries.append(try RotaryRows(frequencies, rowsMax: rowsMax))
        } catch {
            throw CheckpointError(
                .unavailable(reason: "\(location): the rotary angles of a step: \(error)"),
                in: location)
        }
        return Rotary(frequencies, index: rotaries.count - 1, positions: positions)
    }

    // MARK: Reading

    package func read(_ x: Tensor) -> [Float] {
        guard !arena.isMeasuring else { return [] }
        return unsafe Array(
            UnsafeBufferPointer(start: arena.rows(x).base, count: x.rows * x.columns))
    }

    package func read(_ x: Tensor, row: Int) -> [Float] {
        unsafe arena.isMeasuring ? [] : Array(self.row(row, of: x))
    }

    package func read(_ routes: Routes) -> (indices: [Int32], weights: [Float]) {
        guard !arena.isMeasuring else { return ([], []) }
        let count = routes.tokens * routes.topK
        return unsafe (
            Array(
                UnsafeBufferPointer(start: arena.integers(routes.indices).base, count: count)),
            read(routes.weights)
        )
    }

    /// The logits of one row, for sampling in place.
    func row(_ row: Int, of x: Tensor) -> UnsafeMutableBufferPointer<Float> {
        precondition(row >= 0 && row < x.rows, "no such row")
        return unsafe UnsafeMutableBufferPointer(start: arena.rows(x)[row], count: x.columns)
    }
}
