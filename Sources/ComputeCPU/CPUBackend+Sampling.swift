package import Compute
package import Generation
package import Sampling

/// A worker's sampler, which has scratch memory of its own.
final class WorkerSampler {
    var sampler: Sampler

    init(vocabularySize: Int, isa: String) {
        sampler = Sampler(vocabularySize: vocabularySize, isa: isa)
    }
}

extension CPUBackend {
    package func sample(_ logits: Tensor, _ jobs: [SampleJob]) -> [Draw?] {
        prepareSamplers(vocabularySize: logits.columns)
        var draws = [Draw?](repeating: nil, count: jobs.count)
        unsafe draws.withUnsafeMutableBufferPointer { draws in
            parallel(jobs.count) { task, worker in
                let job = jobs[task]
                let row = unsafe self.row(job.row, of: logits)
                var span = unsafe MutableSpan(_unsafeElements: row)
                unsafe draws[task] = samplers[worker].sampler.draw(
                    &span, job.plan, history: job.history)
            }
        }
        return draws
    }

    package func logprobs(_ logits: Tensor, _ jobs: [LogprobJob]) -> [TokenLogprobs?] {
        prepareSamplers(vocabularySize: logits.columns)
        var results = [TokenLogprobs?](repeating: nil, count: jobs.count)
        unsafe results.withUnsafeMutableBufferPointer { results in
            parallel(jobs.count) { task, worker in
                let job = jobs[task]
                let row = unsafe UnsafeBufferPointer(self.row(job.row, of: logits))
                let span = unsafe Span(_unsafeElements: row)
                guard samplers[worker].sampler.isFinite(span) else { return }
                unsafe results[task] = samplers[worker].sampler.logprobs(
                    of: job.id, in: span, top: job.top)
            }
        }
        return results
    }

    private func prepareSamplers(vocabularySize: Int) {
        if samplers.first?.sampler.vocabularySize == vocabularySize { return }
        samplers = (0..<threads).map { _ in WorkerSampler(vocabularySize: vocabularySize, isa: isa)
        }
    }
}
