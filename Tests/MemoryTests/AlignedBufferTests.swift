import Testing

@testable import Memory

@Suite struct AlignedBufferTests {
    @Test(
        "buffers are aligned, zeroed and writable to their end",
        arguments: [0, 1, 63, 64, 65, 4_096, (1 << 20) - 1, 1 << 20, (5 << 20) + 3], [false, true])
    func buffers(count: Int, hugePages: Bool) throws {
        let buffer = try AlignedBuffer(count: count, hugePages: hugePages)
        #expect(buffer.count == count)
        let bytes = unsafe buffer.bytes
        #expect(bytes.count == count)
        #expect(unsafe bytes.allSatisfy { $0 == 0 })
        if let base = bytes.baseAddress {
            #expect(UInt(bitPattern: base) % UInt(AlignedBuffer.alignment) == 0)
            unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0xA5)
            #expect(unsafe bytes[count - 1] == 0xA5)
        }
    }

    @Test func valuesAreViewsOfTheBytes() throws {
        let buffer = try AlignedBuffer(count: 64)
        let floats = unsafe buffer.values(of: Float.self, at: 8, count: 14)
        unsafe floats[13] = 1.5
        #expect(unsafe buffer.values(of: UInt32.self, at: 60, count: 1)[0] == 0x3FC0_0000)
        #expect(unsafe buffer.values(of: UInt64.self, at: 64, count: 0).isEmpty)
    }

    @Test func moreMemoryThanThereCanBeThrows() {
        #expect(throws: MemoryError.self) { try AlignedBuffer(count: .max) }
        #expect(throws: MemoryError.self) { try AlignedBuffer(count: .max, hugePages: true) }
    }
}
