import CKernels
package import Compute
package import Generation
import Memory
import Sampling

extension CPUBackend {
    package func begin(_ batch: borrowing ForwardBatch) {
        let size = rowsPerBucket
        step.begin(batch, rows: (batch.tokens.count + size - 1) / size * size)
        results.removeAll()
        unsafe faultFlags.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    package func check(_ x: Tensor) {
        precondition(x.rows <= rowsMax, "more rows than a step may have")
        let values = arena.rows(x)
        let flags = unsafe faultFlags.values(of: UInt8.self, count: faultFlags.count)
        let kernels = unsafe kernels
        // Padded rows belong to nobody.
        let count = min(x.rows, step.tokens.count)
        parallel(count, nanoseconds: x.columns / Speed.numbers) { rows, _ in
            for row in rows {
                if unsafe !kernels.all_finite(values[row], x.columns) { unsafe flags[row] = 1 }
            }
        }
    }

    package func enqueue(_ logprobs: [LogprobJob], _ samples: [SampleJob], of logits: Tensor) {
        prepareSamplers(vocabularySize: logits.columns)
        read(logprobs, of: logits)
        draw(samples, from: logits)
    }

    /// All is computed when it is asked for.
    package func finish(into results: inout StepResults) {
        let flags = unsafe faultFlags.values(of: UInt8.self, count: faultFlags.count)
        for row in step.tokens.indices where unsafe flags[row] != 0 {
            self.results.faultyRows.append(Int32(row))
        }
        swap(&self.results, &results)
    }

    private func draw(_ jobs: [SampleJob], from logits: Tensor) {
        results.draws.append(contentsOf: repeatElement(nil, count: jobs.count))
        let samplers = samplers
        unsafe results.draws.withUnsafeMutableBufferPointer { draws in
            parallel(jobs.count, nanoseconds: logits.columns) { items, worker in
                for item in items {
                    let row = unsafe self.row(jobs[item].row, of: logits)
                    var span = unsafe MutableSpan(_unsafeElements: row)
                    unsafe draws[item] = samplers[worker].sampler.draw(
                        &span, jobs[item].plan, history: jobs[item].history)
                }
            }
        }
    }

    private func read(_ jobs: [LogprobJob], of logits: Tensor) {
        results.logprobs.append(contentsOf: repeatElement(nil, count: jobs.count))
        let samplers = samplers
        unsafe results.logprobs.withUnsafeMutableBufferPointer { results in
            parallel(jobs.count, nanoseconds: logits.columns) { items, worker in
                for item in items {
                    let row = unsafe UnsafeBufferPointer(self.row(jobs[item].row, of: logits))
                    let span = unsafe Span(_unsafeElements: row)
                    guard samplers[worker].sampler.isFinite(span) else { continue }
                    unsafe results[item] = samplers[worker].sampler.logprobs(
                        of: jobs[item].id, in: span, top: jobs[item].top)
                }
            }
        }
    }

    private func prepareSamplers(vocabularySize: Int) {
        if samplers.first?.sampler.vocabularySize == vocabularySize { return }
        samplers = (0..<threads).map { _ in
            WorkerSampler(vocabularySize: vocabularySize, isa: isa)
        }
    }
}

/// A worker's sampler, which has scratch memory of its own.
final class WorkerSampler {
    var sampler: Sampler

    init(vocabularySize: Int, isa: String) {
        sampler = Sampler(vocabularySize: vocabularySize, isa: isa)
    }
}
