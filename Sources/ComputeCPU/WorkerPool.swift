import CLinux
import Glibc
import Synchronization
import Threads

/// The compute threads of one backend. The caller is worker 0, so the number of threads is exactly
/// the number of cores asked for.
///
/// A job is a number of tasks, which workers take one by one from a shared counter, so a preempted
/// worker delays only one task. A worker that comes too late finds the gate closed and never
/// touches a job that has ended. Idle workers spin for about 200 µs, then sleep on a futex.
///
/// `@unchecked Sendable`: `job` and `count` are written by worker 0 while the gate is closed and
/// empty, and read by others only between entering and leaving the gate.
final class WorkerPool: @unchecked Sendable {
    /// Runs one task: its index and the worker that runs it.
    typealias Task = (_ task: Int, _ worker: Int) -> Void

    /// How many threads compute, the caller included.
    let workers: Int

    private var job: Task?
    private var count = 0
    private var threads: [Thread] = []
    private let callerCore: Int?
    private let signal: Signal
    /// The next task to take.
    private let next: PaddedCounter
    /// The number of workers inside the job, plus `closed` while none may enter.
    private let gate: PaddedCounter

    private static let closed = 1 << 40
    private static let spinsBetweenClockReads = 64
    private static let spinNanoseconds: UInt64 = 200_000

    /// Starts `workers - 1` threads. With `pinned` each stays on a core of its own, but only if
    /// there are as many workers as cores that the process may use: with fewer, another pool could
    /// pin its workers to the same cores. The first core is for the caller (`adoptCaller`).
    init(workers: Int, pinned: Bool) throws(ThreadError) {
        precondition(workers >= 1, "a pool has at least its caller")
        self.workers = workers
        signal = Signal()
        next = PaddedCounter(0)
        gate = PaddedCounter(Self.closed)
        let allowed = Affinity.allowedCores
        let cores = pinned && allowed.count == workers ? allowed : nil
        callerCore = cores?.first
        for worker in 1..<workers {
            threads.append(
                try Thread(name: "sw-worker-\(worker)", core: cores?[worker]) { [self] in
                    TimeSlice.lengthenForCurrentThread()
                    serve(worker)
                })
        }
    }

    /// Makes the calling thread worker 0, permanently. It gets the others' time slice, and is
    /// pinned to the first core if they are pinned.
    func adoptCaller() {
        TimeSlice.lengthenForCurrentThread()
        guard let core = callerCore else { return }
        // Pinning matters only for speed: a thread that cannot be pinned computes the same.
        try? Affinity.pinCurrentThread(to: core)
    }

    /// Ends the threads; the pool cannot be used after.
    func stop() {
        signal.stop()
        for thread in threads { thread.join() }
        threads = []
    }

    /// Runs `body` for every task in `0..<count`, each once, and returns when all are done.
    func run(_ count: Int, _ body: Task) {
        guard count > 1, workers > 1 else {
            for task in 0..<count { body(task, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            job = body
            self.count = count
            next.value.store(0, ordering: .relaxed)
            // Releases `job`, `count` and `next` to the workers that enter.
            gate.value.subtract(Self.closed, ordering: .releasing)
            signal.raise()
            take(0)
            // No task is left to take. Wait for the tasks that others took.
            gate.value.add(Self.closed, ordering: .relaxed)
            while gate.value.load(ordering: .acquiring) != Self.closed { sw_spin_hint() }
            job = nil
        }
    }

    private func take(_ worker: Int) {
        guard let job else { return }
        while true {
            // Only uniqueness matters: the gate orders everything else.
            let task = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
            guard task < count else { return }
            job(task, worker)
        }
    }

    private func serve(_ worker: Int) {
        var seen: UInt32 = 0
        while let raised = signal.wait(after: seen) {
            seen = raised
            // Acquires what `run` released; leaving releases this worker's results.
            if gate.value.wrappingAdd(1, ordering: .acquiring).oldValue < Self.closed {
                take(worker)
            }
            gate.value.wrappingSubtract(1, ordering: .releasing)
        }
    }

    /// A counter with no other data on its cache lines.
    private final class PaddedCounter: Sendable {
        private let before: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
        let value: Atomic<Int>
        private let after: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

        init(_ initial: Int) {
            before = (0, 0, 0, 0, 0, 0, 0, 0)
            value = Atomic(initial)
            after = (0, 0, 0, 0, 0, 0, 0, 0)
        }
    }

    /// Tells sleepers and spinners that there is a job.
    ///
    /// `@unchecked Sendable`: the pointer never changes, and what it points to is atomic.
    @safe private final class Signal: @unchecked Sendable {
        /// Counts jobs, and is the futex that sleepers wait on, so it needs a fixed place.
        private let generation: UnsafeMutablePointer<Atomic<UInt32>>
        private let sleepers = Atomic<Int>(0)
        private let stopped = Atomic<Bool>(false)

        init() {
            unsafe generation = .allocate(capacity: 1)
            unsafe generation.initialize(to: Atomic(0))
        }

        deinit {
            unsafe generation.deinitialize(count: 1)
            unsafe generation.deallocate()
        }

        func raise() {
            unsafe generation.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
            // Sequentially consistent: a sleeper that is not counted here sees the new generation.
            if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                unsafe sw_futex_wake(generation)
            }
        }

        func stop() {
            stopped.store(true, ordering: .sequentiallyConsistent)
            raise()
        }

        /// Waits for a generation other than `seen`; nil when the pool stops.
        func wait(after seen: UInt32) -> UInt32? {
            var spins = 0
            let start = Self.now()
            while true {
                let current = unsafe generation.pointee.load(ordering: .sequentiallyConsistent)
                if current != seen { return stopped.load(ordering: .relaxed) ? nil : current }
                sw_spin_hint()
                spins += 1
                if spins % WorkerPool.spinsBetweenClockReads == 0,
                    Self.now() - start > WorkerPool.spinNanoseconds
                {
                    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
                    unsafe sw_futex_wait(generation, seen)
                    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
                }
            }
        }

        private static func now() -> UInt64 {
            var time = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        }
    }
}
