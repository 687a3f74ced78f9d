import Synchronization
import Testing

@testable import Threads

@Suite("Worker pool", .serialized) struct WorkerPoolTests {
    @Test("each task runs once, by a worker that there is", arguments: [1, 2, 3, 5])
    func onceEach(workers: Int) throws {
        let pool = try WorkerPool(workers: workers, pinned: false)
        defer { pool.stop() }
        for count in [0, 1, 2, 3, 7, 64, 1000] {
            let runs = (0..<count).map { _ in Cell() }
            pool.run(count) { task, worker in
                #expect((0..<workers).contains(worker))
                runs[task].value.wrappingAdd(1, ordering: .relaxed)
            }
            #expect(runs.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
        }
    }

    /// Workers write plain memory, which the caller and other workers read in the next job. The
    /// pool orders the accesses.
    @Test("a job sees all that the jobs before it wrote", arguments: [2, 4])
    func ordered(workers: Int) throws {
        let pool = try WorkerPool(workers: workers, pinned: false)
        defer { pool.stop() }
        let count = 37
        var numbers = [Int](repeating: 0, count: count)
        unsafe numbers.withUnsafeMutableBufferPointer { numbers in
            for round in 1...2000 {
                pool.run(count) { task, _ in unsafe numbers[task] += task }
                let seen = Cell()
                pool.run(count) { task, _ in
                    let other = (task + round) % count
                    if unsafe numbers[other] == round * other {
                        seen.value.wrappingAdd(1, ordering: .relaxed)
                    }
                }
                #expect(seen.value.load(ordering: .relaxed) == count)
            }
        }
        #expect(numbers == (0..<count).map { $0 * 2000 })
    }

    /// A sleeping worker, a spinning one and one that comes too late all find the next job.
    @Test("jobs after pauses of any length are run", arguments: [2, 3])
    func pauses(workers: Int) throws {
        let pool = try WorkerPool(workers: workers, pinned: false)
        defer { pool.stop() }
        let total = Cell()
        for round in 0..<60 {
            let clock = ContinuousClock()
            let end = clock.now + .microseconds([0, 20, 150, 250, 600, 1500][round % 6])
            while clock.now < end {}
            pool.run(8) { _, _ in total.value.wrappingAdd(1, ordering: .relaxed) }
        }
        #expect(total.value.load(ordering: .relaxed) == 480)
    }

    @Test("a stopped pool ends its threads, idle or asleep") func stops() throws {
        for _ in 0..<20 {
            let pool = try WorkerPool(workers: 3, pinned: false)
            pool.run(3) { _, _ in }
            pool.stop()
        }
    }

    private final class Cell: Sendable {
        let value = Atomic(0)
    }
}
