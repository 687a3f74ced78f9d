import CKernels
import Compute
import Memory

/// The paged KV cache: `blocks` pages of equal bytes, shared by all groups of layers.
///
/// A page of a group is `[layers][heads]` of: keys `[keyDim][16]`, values `[16][valueDim]`, and for
/// INT8 the scales of 16 keys and 16 values.
@safe final class KVCacheMemory {
    let layout: KVCacheLayout
    let type: KVType
    let blocks: Int
    private let blockBytes: Int
    private let headBytes: [Int]
    private let buffer: AlignedBuffer
    private let base: UnsafeMutableRawPointer

    init(layout: KVCacheLayout, type: KVType, blocks: Int) throws(MemoryError) {
        precondition(KVCacheLayout.blockTokens == Int(SW_BLOCK), "the kernels' blocks are others")
        self.layout = layout
        self.type = type
        self.blocks = blocks
        blockBytes = layout.blockBytes(type)
        headBytes = layout.groups.map { KVCacheLayout.headBytes($0, type) }
        let (count, overflow) = blocks.multipliedReportingOverflow(by: blockBytes)
        guard !overflow else { throw MemoryError("\(blocks) blocks of \(blockBytes) bytes") }
        buffer = try AlignedBuffer(count: max(count, 64), hugePages: true)
        guard let start = unsafe buffer.bytes.baseAddress else {
            throw MemoryError("an empty KV cache")
        }
        unsafe base = start
    }

    var bytes: Int { buffer.count }

    var kernelType: sw_kv_type {
        switch type {
        case .f32: SW_KV_F32
        case .bf16: SW_KV_BF16
        case .f16: SW_KV_F16
        case .int8: SW_KV_INT8
        }
    }

    /// One head's part of a page.
    @safe struct Head {
        let keys: UnsafeMutableRawPointer
        let values: UnsafeMutableRawPointer
        /// Nil unless the type is INT8.
        let keyScales: UnsafeMutablePointer<Float>?
        let valueScales: UnsafeMutablePointer<Float>?
    }

    /// One layer's part of all pages, taken once an operation.
    @safe struct Layer {
        let type: sw_kv_type
        let hasScales: Bool
        private let base: UnsafeMutableRawPointer
        private let blocks: Int
        private let blockBytes: Int
        private let headBytes: Int
        private let valueOffset: Int
        private let scaleOffset: Int

        fileprivate init(_ cache: KVCacheMemory, _ layer: KVLayer) {
            let group = cache.layout.groups[layer.group]
            let numbers = KVCacheLayout.blockTokens * cache.type.bytes
            type = cache.kernelType
            hasScales = cache.type == .int8
            blocks = cache.blocks
            blockBytes = cache.blockBytes
            headBytes = cache.headBytes[layer.group]
            valueOffset = numbers * group.keyDim
            scaleOffset = valueOffset + numbers * group.valueDim
            unsafe base = cache.base + layer.index * group.heads * headBytes
        }

        /// A head's part of a block. For a block that the window has passed (-1) this returns the
        /// first page's part; its numbers are masked and never used.
        func head(_ head: Int, block: Int32) -> Head {
            precondition(block < blocks, "no such KV block")
            let keys = unsafe base + max(Int(block), 0) * blockBytes + head * headBytes
            let values = unsafe keys + valueOffset
            guard hasScales else {
                return unsafe Head(keys: keys, values: values, keyScales: nil, valueScales: nil)
            }
            let scales = unsafe (keys + scaleOffset).assumingMemoryBound(to: Float.self)
            return unsafe Head(
                keys: keys, values: values, keyScales: scales,
                valueScales: scales + KVCacheLayout.blockTokens)
        }
    }

    func layer(_ layer: KVLayer) -> Layer { Layer(self, layer) }

    /// Copies one block's numbers over another's: a forked sequence's last, partly filled block.
    func copy(block: Int32, to target: Int32) {
        precondition(block >= 0 && block < blocks && target >= 0 && target < blocks)
        unsafe (base + Int(target) * blockBytes).copyMemory(
            from: base + Int(block) * blockBytes, byteCount: blockBytes)
    }

    /// Zeroes a block, as after a fault.
    func clear(block: Int32) {
        precondition(block >= 0 && block < blocks)
        unsafe (base + Int(block) * blockBytes).initializeMemory(
            as: UInt8.self, repeating: 0, count: blockBytes)
    }
}
