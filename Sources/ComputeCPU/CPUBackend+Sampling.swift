package import Compute
package import Generation
package import Sampling

/// A worker's sampler, which has scratch memory of its own.
final class WorkerSampler {
    var sampler: Sampler

    init(vocabularySize: Int) {
        sampler = Sampler(vocabularySize: vocabularySize)
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

    /// The log-probability of a token and of the most likely ones, from one row of logits.
    package func logprobs(of id: Int32, row: Int, of logits: Tensor, top: Int) -> TokenLogprobs {
        prepareSamplers(vocabularySize: logits.columns)
        let values = unsafe self.row(row, of: logits)
        let span = unsafe Span(_unsafeElements: UnsafeBufferPointer(values))
        return samplers[0].sampler.logprobs(of: id, in: span, top: top)
    }

    private func prepareSamplers(vocabularySize: Int) {
        if samplers.first?.sampler.vocabularySize == vocabularySize { return }
        samplers = (0..<threads).map { _ in WorkerSampler(vocabularySize: vocabularySize) }
    }
}
