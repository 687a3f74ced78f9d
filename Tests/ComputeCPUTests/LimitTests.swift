import CKernels
import Checkpoints
import Compute
import Memory
import Models
import Testing
import Weights

@testable import ComputeCPU

/// A checkpoint that has a matrix of ones for every name.
private struct OnesCatalog: WeightCatalog {
    let location = "ones"
    let byteCount = 0
    let stored: [StoredTensor] = []

    func contains(_ name: String) -> Bool { true }

    func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> MatrixSource {
        unsafe MatrixSource(name: name, rows: rows, columns: columns, isBrainFloat: true) {
            _, target throws(CheckpointError) in
            unsafe target.update(repeating: 1)
        }
    }

    func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        [Float](repeating: 0, count: count)
    }
}

@Suite("Limits of matrices") struct LimitTests {
    private static let schemes = [WeightScheme.reference, WeightScheme(precision: .int8)]

    /// - copyBytesMax: 0, so that float rows are decoded to a worker's scratch memory.
    private func load(
        _ scheme: WeightScheme, _ role: MatrixRequest.Role, outputs: Int, inputs: Int,
        then body: (CPUBackend, Matrix) -> Void = { _, _ in }
    ) throws {
        let backend = try CPUBackend(threads: 1, isa: nil, pinned: false, rowsMax: 4)
        defer { backend.stop() }
        let store = CatalogWeightStore(
            OnesCatalog(), scheme, on: backend, packedBy: backend.pool, positions: 1,
            copyBytesMax: 0)
        body(
            backend,
            try store.matrix(
                MatrixRequest(
                    key: "joined", role: role, experts: [[.init("a.weight", rows: outputs)]],
                    columns: inputs)))
    }

    @Test("the cache's blocks are the kernels'") func blocks() {
        #expect(KVCacheLayout.blockTokens == Int(SW_BLOCK))
    }

    @Test("a row of more inputs than the kernels count is refused by name", arguments: schemes)
    func inputs(scheme: WeightScheme) throws {
        for inputs in [65_537, 262_145, 1 << 24] {
            for role in [MatrixRequest.Role.projection, .router, .embedding, .head, .absorbed] {
                #expect(
                    throws: CheckpointError(
                        .tooLarge(tensor: "a.weight", what: "inputs", found: inputs, limit: 65_536),
                        in: "ones")
                ) {
                    try load(scheme, role, outputs: 1, inputs: inputs)
                }
            }
        }
    }

    @Test("the longest row that is allowed is multiplied", arguments: schemes)
    func longest(scheme: WeightScheme) throws {
        try load(scheme, .projection, outputs: 33, inputs: 65_536) { backend, matrix in
            let linear = Linear(weight: matrix, bias: nil)
            func product() -> [Float] {
                backend.scope {
                    let x = backend.arena.take(2, 65_536)
                    if !backend.arena.isMeasuring {
                        unsafe backend.arena.rows(x).base.update(repeating: 1, count: 2 * 65_536)
                    }
                    return backend.read(backend.linear(x, linear))
                }
            }
            #expect(throws: Never.self) { try backend.reserveArena { _ = product() } }
            for sum in product() { #expect(abs(sum - 65_536) < 1) }
        }
    }

    @Test("a router over more experts than a worker's scratch holds is refused by name")
    func experts() throws {
        let limit = MatrixLimits.routedExpertsMax
        try load(.reference, .router, outputs: limit, inputs: 4)
        #expect(
            throws: CheckpointError(
                .tooLarge(tensor: "a.weight", what: "experts", found: limit + 1, limit: limit),
                in: "ones")
        ) {
            try load(.reference, .router, outputs: limit + 1, inputs: 4)
        }
    }

    /// A configuration may ask for a latent of up to 2,048 and a head of up to 1,024.
    @Test("a task of attention fits a worker's scratch at the widest heads")
    func attention() {
        for valueDim in [1024, 2048] {
            #expect(
                AttentionWork.scratchBytes(queries: AttentionPlan.queriesPerTask, valueDim)
                    <= Scratch.workerBytes)
        }
    }

    @Test("a KV cache beyond all memory is refused, not counted wrong")
    func cache() {
        let layout = KVCacheLayout(groups: [
            .init(layers: 4096, heads: 1 << 24, keyDim: 1024, valueDim: 1024, window: nil)
        ])
        #expect(throws: MemoryError.self) {
            _ = try KVCacheMemory(layout: layout, type: .f32, blocks: 1 << 20)
        }
    }
}
