import Glibc
import Synchronization
import Testing

@testable import Threads

@Suite("Thread") struct ThreadTests {
    @Test("join waits for the body, and may be called again") func join() throws {
        final class Box: Sendable { let value = Mutex(0) }
        let box = Box()
        let thread = try Thread(name: "a name longer than fifteen bytes") {
            box.value.withLock { $0 = 7 }
        }
        thread.join()
        thread.join()
        #expect(box.value.withLock { $0 } == 7)
    }

    @Test("a pinned thread runs on its core") func pinned() throws {
        let core = try #require(Affinity.allowedCores.last)
        final class Box: Sendable { let cores = Mutex<[Int]>([]) }
        let box = Box()
        let thread = try Thread(name: "pinned", core: core) {
            box.cores.withLock { $0 = Affinity.allowedCores }
        }
        thread.join()
        #expect(box.cores.withLock { $0 } == [core])
    }

    @Test("a core that does not exist leaves the thread unpinned") func unpinned() throws {
        let allowed = Affinity.allowedCores
        final class Box: Sendable { let cores = Mutex<[Int]>([]) }
        let box = Box()
        for core in [-1, 1023, 5000] {
            try Thread(name: "unpinned", core: core) {
                box.cores.withLock { $0 = Affinity.allowedCores }
            }.join()
            #expect(box.cores.withLock { $0 } == allowed)
        }
        #expect(throws: ThreadError.self) { try Affinity.pinCurrentThread(to: 5000) }
    }

    @Test("a longer time slice is taken or refused, and the thread runs on") func timeSlice() throws
    {
        let done = Mailbox<Bool>(capacity: 1)
        let thread = try Thread(name: "slice") {
            TimeSlice.lengthenForCurrentThread()
            _ = done.post(true)
        }
        thread.join()
        #expect(done.drain() == [true])
    }

    @Test("the error says what failed and why") func message() {
        let error = ThreadError(operation: "start thread 'x'", code: EAGAIN)
        #expect(
            error.description == "cannot start thread 'x': Resource temporarily unavailable")
    }
}
