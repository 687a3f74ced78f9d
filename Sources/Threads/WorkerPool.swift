import CLinux
import Glibc
import Synchronization

/// The compute threads of one backend. The caller is worker 0, so the number of threads is exactly
/// the number of cores asked for.
///
/// A job is a number of items, which workers take from a shared counter in runs: long ones at first,
/// which read memory in order, and short ones at the end, so that all finish together and a
/// preempted worker delays the job by little. A worker that comes too late finds the gate closed and
/// never touches a job that has ended. Who waits spins for a while, then sleeps on a futex.
///
/// `@unchecked Sendable`: `job`, `count` and `least` are written by worker 0 while the gate is closed
/// and empty, and read by others only between entering and leaving the gate.
package final class WorkerPool: @unchecked Sendable {
    /// Runs one task: its index and the worker that runs it.
    package typealias Task = (_ task: Int, _ worker: Int) -> Void
    /// Runs some consecutive items: their range and the worker that runs them.
    package typealias Run = (_ items: Range<Int>, _ worker: Int) -> Void

    /// How many threads compute, the caller included.
    package let workers: Int

    private var job: Run?
    private var count = 0
    private var least = 1
    private var threads: [Thread] = []
    private let callerCore: Int?
    private let signal: Signal
    private let done: Done
    /// The next item to take.
    private let next: PaddedCounter
    /// The number of workers inside the job, plus `closed` while none may enter.
    private let gate: PaddedCounter

    private static let closed = 1 << 40
    /// A run is this part of what is left for each worker.
    private static let runsPerWorker = 4
    fileprivate static let spinsBetweenClockReads = 64
    fileprivate static let spinNanoseconds: UInt64 = 200_000

    /// Starts `workers - 1` threads. With `pinned` each stays on a core of its own, but only if
    /// there are as many workers as cores that the process may use: with fewer, another pool could
    /// pin its workers to the same cores. The first core is for the caller (`adoptCaller`).
    package init(workers: Int, pinned: Bool) throws(ThreadError) {
        precondition(workers >= 1, "a pool has at least its caller")
        self.workers = workers
        signal = Signal()
        done = Done()
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
    package func adoptCaller() {
        TimeSlice.lengthenForCurrentThread()
        guard let core = callerCore else { return }
        // Pinning matters only for speed: a thread that cannot be pinned computes the same.
        try? Affinity.pinCurrentThread(to: core)
    }

    /// Ends the threads; the pool cannot be used after.
    package func stop() {
        signal.stop()
        for thread in threads { thread.join() }
        threads = []
    }

    /// Runs `body` for every task in `0..<count`, each once, and returns when all are done.
    package func run(_ count: Int, _ body: Task) {
        runItems(count, atLeast: 1) { items, worker in
            for item in items { body(item, worker) }
        }
    }

    /// Runs `body` over `0..<count` in runs of consecutive items, each item once, and returns when
    /// all are done. No run but the last has fewer than `least` items.
    package func runItems(_ count: Int, atLeast least: Int, _ body: Run) {
        guard count > least, workers > 1 else {
            if count > 0 { body(0..<count, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            job = body
            self.count = count
            self.least = max(least, 1)
            next.value.store(0, ordering: .relaxed)
            // Releases `job`, `count` and `next` to the workers that enter.
            gate.value.subtract(Self.closed, ordering: .releasing)
            signal.raise()
            take(0)
            // No item is left to take. Wait for those that others took.
            gate.value.add(Self.closed, ordering: .relaxed)
            done.wait { gate.value.load(ordering: .sequentiallyConsistent) == Self.closed }
            job = nil
        }
    }

    private func take(_ worker: Int) {
        guard let job else { return }
        let (count, least) = (count, least)
        // Only uniqueness matters: the gate orders everything else.
        var first = next.value.load(ordering: .relaxed)
        while first < count {
            let size = min(
                count - first, max(least, (count - first) / (workers * Self.runsPerWorker)))
            let (taken, seen) = next.value.compareExchange(
                expected: first, desired: first + size, ordering: .relaxed)
            guard taken else {
                first = seen
                continue
            }
            job(first..<first + size, worker)
            first = next.value.load(ordering: .relaxed)
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
            let left = gate.value.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue
            if left == Self.closed { done.tell() }
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

    /// Tells the caller that all workers have left a job.
    ///
    /// `@unchecked Sendable`: the pointer never changes, and what it points to is atomic.
    @safe private final class Done: @unchecked Sendable {
        /// Counts calls of `tell` while the caller sleeps, and is the futex that it waits on.
        private let told: UnsafeMutablePointer<Atomic<UInt32>>
        private let isAsleep = Atomic<Bool>(false)

        init() {
            unsafe told = .allocate(capacity: 1)
            unsafe told.initialize(to: Atomic(0))
        }

        deinit {
            unsafe told.deinitialize(count: 1)
            unsafe told.deallocate()
        }

        /// Called after what `isDone` looks at has changed.
        func tell() {
            // Sequentially consistent: a caller that is not seen asleep here sees the change.
            guard isAsleep.load(ordering: .sequentiallyConsistent) else { return }
            unsafe told.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
            unsafe sw_futex_wake(told)
        }

        func wait(_ isDone: () -> Bool) {
            var spins = 0
            var start: UInt64?
            while !isDone() {
                sw_spin_hint()
                spins += 1
                guard spins % WorkerPool.spinsBetweenClockReads == 0 else { continue }
                let now = monotonicNanoseconds()
                start = start ?? now
                if now - (start ?? now) > WorkerPool.spinNanoseconds { sleep(until: isDone) }
            }
        }

        private func sleep(until isDone: () -> Bool) {
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            while true {
                let seen = unsafe told.pointee.load(ordering: .sequentiallyConsistent)
                if isDone() { break }
                unsafe sw_futex_wait(told, seen)
            }
            isAsleep.store(false, ordering: .sequentiallyConsistent)
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
            let start = monotonicNanoseconds()
            while true {
                let current = unsafe generation.pointee.load(ordering: .sequentiallyConsistent)
                if current != seen { return stopped.load(ordering: .relaxed) ? nil : current }
                sw_spin_hint()
                spins += 1
                if spins % WorkerPool.spinsBetweenClockReads == 0,
                    monotonicNanoseconds() - start > WorkerPool.spinNanoseconds
                {
                    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
                    unsafe sw_futex_wait(generation, seen)
                    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
                }
            }
        }
    }
}

private func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
