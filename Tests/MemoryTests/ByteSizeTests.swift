import Memory
import Testing

@Suite struct ByteSizeTests {
    @Test(
        "sizes are bytes, or have a unit",
        arguments: [
            ("1048576", 1 << 20), ("64MiB", 64 << 20), ("2G", 2 << 30), ("1.5kb", 1536), ("0", 0),
            ("1TiB", 1 << 40),
        ])
    func read(text: String, count: Int) {
        #expect(ByteSize(text)?.count == count)
    }

    @Test("what is no size is refused", arguments: ["", "x", "8Q", "8 GiB", "GiB", "nan", "1e30T"])
    func refused(text: String) {
        #expect(ByteSize(text) == nil)
    }

    @Test(
        "people read the largest unit that there is one of, and a decimal at most",
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KiB"),
            (1 << 20, "1 MiB"), (3 << 29, "1.5 GiB"), (98_765_432, "94.2 MiB"),
            (300 << 20, "300 MiB"), ((300 << 20) + (1 << 19), "301 MiB"), (1 << 49, "512 TiB"),
        ])
    func shown(count: Int, text: String) {
        #expect(ByteSize(count).description == text)
    }

    @Test("what is needed at least is rounded up, and is itself read back as enough")
    func roundedUp() {
        #expect(ByteSize((1 << 30) + 1).roundedUp == "1.1 GiB")
        #expect(ByteSize(1 << 30).roundedUp == "1 GiB")
        for count in stride(from: 1025, to: 1 << 40, by: 98_765_431_234 / 7) {
            let text = ByteSize(count).argument
            #expect((ByteSize(text)?.count ?? 0) + 1 >= count, "\(count) as \(text)")
        }
        #expect(ByteSize(ByteSize(1000).argument)?.count == 1000)
        #expect(ByteSize((1 << 30) + (1 << 28)).roundedDown == "1.2 GiB")
    }
}
