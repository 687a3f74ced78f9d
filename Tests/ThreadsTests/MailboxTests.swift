import Synchronization
import Testing
import Threads

@Suite("Mailbox") struct MailboxTests {
    @Test("messages come in order, and no more than fit") func bounded() {
        let mailbox = Mailbox<Int>(capacity: 2)
        #expect(mailbox.post(1))
        #expect(mailbox.post(2))
        #expect(!mailbox.post(3))
        #expect(mailbox.count == 2)
        #expect(mailbox.drain() == [1, 2])
        #expect(mailbox.drain() == [])
        #expect(mailbox.post(4))
        var messages = [9, 9, 9]
        mailbox.drain(into: &messages)
        #expect(messages == [4])
    }

    @Test("what must not be lost is taken although the mailbox is full, in order") func surely() {
        let mailbox = Mailbox<Int>(capacity: 1)
        #expect(mailbox.post(1))
        mailbox.postSurely(2)
        #expect(!mailbox.post(3))
        #expect(mailbox.drain() == [1, 2])
        mailbox.close()
        mailbox.postSurely(4)
        #expect(mailbox.drain() == [])
    }

    @Test("a closed mailbox refuses, keeps what it has and lets nobody wait") func closed() {
        let mailbox = Mailbox<Int>(capacity: 2)
        #expect(mailbox.post(1))
        mailbox.close()
        #expect(!mailbox.post(2))
        #expect(mailbox.drain() == [1])
        mailbox.wait()
        #expect(mailbox.isClosed)
    }

    @Test("waiting ends at once when a message is there or the deadline has passed") func noWait() {
        let mailbox = Mailbox<Int>(capacity: 2)
        mailbox.wait(until: .now - .seconds(1))
        mailbox.wait(until: .now)
        #expect(mailbox.post(1))
        mailbox.wait()
        #expect(mailbox.drain() == [1])
    }

    @Test("a far deadline does not overflow") func farDeadline() throws {
        let mailbox = Mailbox<Int>(capacity: 1)
        let thread = try Thread(name: "poster") { _ = mailbox.post(1) }
        mailbox.wait(until: .now + .seconds(Int64.max / 4))
        thread.join()
        #expect(mailbox.drain() == [1])
    }

    @Test("no message of several posters is lost or reordered") func manyPosters() throws {
        let posters = 4
        let each = 5_000
        let mailbox = Mailbox<(poster: Int, index: Int)>(capacity: 64)
        let threads = try (0..<posters).map { poster in
            try Thread(name: "poster \(poster)") {
                for index in 0..<each {
                    while !mailbox.post((poster, index)) {}
                }
            }
        }
        var next = [Int](repeating: 0, count: posters)
        var ordered = true
        var batch: [(poster: Int, index: Int)] = []
        while next.reduce(0, +) < posters * each {
            mailbox.wait()
            mailbox.drain(into: &batch)
            for message in batch {
                ordered = ordered && message.index == next[message.poster]
                next[message.poster] += 1
            }
        }
        for thread in threads { thread.join() }
        #expect(ordered)
        #expect(next == [Int](repeating: each, count: posters))
    }
}

@Suite("Bell") struct BellTests {
    @Test("a ring before the wait is kept, several count as one") func kept() {
        let bell = Bell()
        bell.ring()
        bell.ring()
        #expect(bell.wait())
        #expect(!bell.wait(until: .now))
    }
}
