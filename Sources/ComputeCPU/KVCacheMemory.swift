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

    /// A head's part of a block. For a block that the window has passed (-1) this returns the first
    /// page's part; its numbers are masked and never used.
    func head(_ head: Int, of layer: KVLayer, block: Int32) -> Head {
        let group = layout.groups[layer.group]
        precondition(block < blocks, "no such KV block")
        let page = max(Int(block), 0) * blockBytes
        let place = (layer.index * group.heads + head) * headBytes[layer.group]
        let keys = unsafe base + page + place
        let numbers = KVCacheLayout.blockTokens * type.bytes
        let values = unsafe keys + numbers * group.keyDim
        guard type == .int8 else {
            return unsafe Head(keys: keys, values: values, keyScales: nil, valueScales: nil)
        }
        let scales = unsafe (values + numbers * group.valueDim)
            .assumingMemoryBound(to: Float.self)
        return unsafe Head(
            keys: keys, values: values, keyScales: scales,
            valueScales: scales + KVCacheLayout.blockTokens)
    }

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
