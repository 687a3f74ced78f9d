import Generation
import Metrics

/// What is measured of one model's requests, as their clients see it: on the I/O thread, from the
/// request's first byte to its last token.
package final class GenerationMetrics: Sendable {
    private let families: Families
    private let model: String
    /// vLLM numbers its engines; a model of ours has one.
    private let engine = "0"

    private let series: Series

    /// The series that every token touches, found once.
    private struct Series: Sendable {
        let firstToken: Latency
        let interToken: Latency
        let perToken: Latency
        let endToEnd: Latency
        let queue: Latency
        let decode: BucketHistogram.Series
        let requestPrompt: BucketHistogram.Series
        let requestGeneration: BucketHistogram.Series
        let requestTokensMax: BucketHistogram.Series
        let requestChoices: BucketHistogram.Series
    }

    /// How a request ended.
    private enum Outcome: String, CaseIterable {
        case stop, length, cancelled, rejected, deadline, failed, invalid
    }

    /// One latency in its three forms.
    struct Latency: Sendable {
        let own: BucketHistogram.Series
        let vllm: BucketHistogram.Series
        let window: Quantiles.Series

        func record(_ duration: Duration, _ now: ContinuousClock.Instant) {
            own.observe(duration)
            vllm.observe(duration)
            window.record(duration, now: now)
        }
    }

    /// `model` is the name the model is served under, never what a client called it.
    package init(model: String, families: Families) {
        self.model = model
        self.families = families
        let (ours, vllm) = (families, families.vllm)
        // What has not happened yet reads 0, so that its first time shows as a rise.
        for outcome in Outcome.allCases { _ = ours.requests[model, outcome.rawValue] }
        for outcome in [Outcome.stop, .length] {
            _ = vllm.requestSuccess[model, engine, outcome.rawValue]
        }
        for objective in ["ttft", "tpot"] {
            for met in ["true", "false"] { _ = ours.objectives[model, objective, met] }
        }
        series = Series(
            firstToken: ours.firstToken.series(model, engine),
            interToken: ours.interToken.series(model, engine),
            perToken: ours.perToken.series(model, engine),
            endToEnd: ours.endToEnd.series(model, engine),
            queue: ours.queue.series(model, engine),
            decode: vllm.decode[model, engine],
            requestPrompt: vllm.requestPrompt[model, engine],
            requestGeneration: vllm.requestGeneration[model, engine],
            requestTokensMax: vllm.requestTokensMax[model, engine],
            requestChoices: vllm.requestChoices[model, engine])
    }

    /// Records how long a request waited before a step first touched it. The engine's side calls
    /// this, since front ends cannot see it. Any thread.
    package func queued(_ duration: Duration, now: ContinuousClock.Instant = .now) {
        series.queue.record(duration, now)
    }

    package func recorder(
        receivedAt: ContinuousClock.Instant, order: TokenOrder
    ) -> Recorder {
        Recorder(metrics: self, receivedAt: receivedAt, order: order)
    }

}

extension GenerationMetrics {
    /// Measures one request.
    package struct Recorder {
        private let metrics: GenerationMetrics
        private let receivedAt: ContinuousClock.Instant
        private let timing: TokenOrder.Timing
        private let tokensMax: Int?
        private let choices: Int
        private let answers: Int
        private var firstToken: ContinuousClock.Instant?
        private var lastToken: ContinuousClock.Instant?
        private var isCut = false

        fileprivate init(
            metrics: GenerationMetrics, receivedAt: ContinuousClock.Instant, order: TokenOrder
        ) {
            self.metrics = metrics
            self.receivedAt = receivedAt
            timing = order.timing
            tokensMax = order.tokensMax
            choices = order.request.choices
            answers = max(1, order.promptCount * choices)
        }

        /// From the request's first byte; nil before its first token.
        var timeToFirstToken: Duration? { firstToken.map { $0 - receivedAt } }

        /// A token came; `last` is when the same choice had its last one.
        mutating func token(after last: ContinuousClock.Instant?, _ now: ContinuousClock.Instant) {
            if let last { metrics.series.interToken.record(now - last, now) }
            if firstToken == nil {
                firstToken = now
                metrics.series.firstToken.record(now - receivedAt, now)
                metrics.objective("ttft", now - receivedAt, timing.firstToken)
            }
            lastToken = now
        }

        mutating func choiceEnded(_ reason: EndReason) {
            if reason == .length { isCut = true }
        }

        mutating func completed(_ usage: Usage, _ now: ContinuousClock.Instant) {
            let series = metrics.series
            series.endToEnd.record(now - receivedAt, now)
            series.requestPrompt.observe(Double(usage.promptTokens))
            series.requestGeneration.observe(Double(usage.completionTokens))
            if let tokensMax { series.requestTokensMax.observe(Double(tokensMax)) }
            series.requestChoices.observe(Double(choices))
            if let firstToken, let lastToken {
                series.decode.observe(lastToken - firstToken)
                let perChoice = Double(usage.completionTokens) / Double(answers)
                if perChoice > 1 {
                    let perToken = (lastToken - firstToken) / (perChoice - 1)
                    series.perToken.record(perToken, now)
                    metrics.objective("tpot", perToken, timing.perToken)
                }
            }
            let outcome = isCut ? Outcome.length : .stop
            count(outcome)
            metrics.families.vllm.requestSuccess[metrics.model, metrics.engine, outcome.rawValue]
                .add()
        }

        mutating func failed(_ kind: APIError.Kind) {
            switch kind {
            case .cancelled: count(.cancelled)
            case .overloaded, .unavailable: count(.rejected)
            case .deadlineExceeded: count(.deadline)
            case .internalFailure, .numericalFailure: count(.failed)
            default: count(.invalid)
            }
        }

        private func count(_ outcome: Outcome) {
            metrics.families.requests[metrics.model, outcome.rawValue].add()
        }
    }

    /// Counts whether a client's wish was met, if it had one.
    private func objective(_ name: String, _ found: Duration, _ wanted: Duration?) {
        guard let wanted else { return }
        families.objectives[model, name, found <= wanted ? "true" : "false"].add()
    }
}
