package import Metrics

extension GenerationMetrics {
    /// The metrics of all models of a server, registered once.
    package final class Families: Sendable {
        let requests = Counter(
            "switchyard_requests_total", labels: ["model_name", "outcome"],
            help: "Generation requests by how they ended.")
        let objectives = Counter(
            "switchyard_objectives_total", labels: ["model_name", "objective", "met"],
            help: "Requests with a wished latency (x-slo-ttft-ms, x-slo-tpot-ms), by whether it "
                + "was met.")
        let firstToken = LatencyFamily(
            "time_to_first_token",
            vllm: "vllm:time_to_first_token_seconds", buckets: VLLM.firstTokenBuckets,
            help: "From the request's first byte read to its first token.")
        let interToken = LatencyFamily(
            "inter_token_latency",
            vllm: "vllm:inter_token_latency_seconds", buckets: VLLM.interTokenBuckets,
            help: "Between two tokens of one choice.")
        let perToken = LatencyFamily(
            "time_per_output_token",
            vllm: "vllm:request_time_per_output_token_seconds", buckets: VLLM.interTokenBuckets,
            help: "A request's mean time per token after the first.")
        let endToEnd = LatencyFamily(
            "request_latency",
            vllm: "vllm:e2e_request_latency_seconds", buckets: VLLM.requestBuckets,
            help: "From the request's first byte read to its end.")
        let queue = LatencyFamily(
            "queue_time",
            vllm: "vllm:request_queue_time_seconds", buckets: VLLM.requestBuckets,
            help: "From submission to the first step that touches the request.")
        let vllm = VLLM()

        package init(_ registry: Registry) {
            registry.register(requests, objectives)
            for family in [firstToken, interToken, perToken, endToEnd, queue] {
                registry.register(family.own, family.window, family.vllm)
            }
            registry.register(
                vllm.requestSuccess, vllm.decode, vllm.requestPrompt, vllm.requestGeneration,
                vllm.requestTokensMax, vllm.requestChoices)
        }
    }

    /// A latency: our histogram, its quantiles over the last minute, and vLLM's histogram.
    struct LatencyFamily: Sendable {
        let own: BucketHistogram
        let window: Quantiles
        let vllm: BucketHistogram

        init(_ name: String, vllm vllmName: String, buckets: Buckets, help: String) {
            own = BucketHistogram(
                "switchyard_\(name)_seconds", labels: ["model_name"], help: help,
                buckets: .exponential(from: 0.001, factor: 1.5, count: 28))
            window = Quantiles(
                "switchyard_\(name)_quantile_seconds", labels: ["model_name"],
                help: help + " Over the last minute.")
            vllm = BucketHistogram(
                vllmName, labels: VLLM.labels, help: help, buckets: buckets)
        }

        func series(_ model: String, _ engine: String) -> Latency {
            Latency(own: own[model], vllm: vllm[model, engine], window: window[model])
        }
    }

    /// vLLM's names, labels and buckets (vllm/v1/metrics/loggers.py), so that boards and gateways
    /// made for it work here.
    struct VLLM: Sendable {
        static let labels = ["model_name", "engine"]
        static let firstTokenBuckets: Buckets = [
            0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
            20, 40, 80, 160, 640, 2560,
        ]
        /// With 1, 2 and 5 ms besides: small models are faster than vLLM's first bucket.
        static let interTokenBuckets: Buckets = [
            0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1,
            2.5, 5, 7.5, 10, 20, 40, 80,
        ]
        static let requestBuckets: Buckets = [
            0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960,
            1920, 7680,
        ]
        /// 1, 2, 5, 10, … as vLLM makes them up to its context; one ladder for all models here.
        static let tokenBuckets: Buckets = [
            1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100_000,
        ]

        let requestSuccess = Counter(
            "vllm:request_success_total", labels: labels + ["finished_reason"],
            help: "Count of successfully processed requests.")
        let decode = BucketHistogram(
            "vllm:request_decode_time_seconds", labels: labels,
            help: "From a request's first token to its last.", buckets: requestBuckets)
        let requestPrompt = BucketHistogram(
            "vllm:request_prompt_tokens", labels: labels,
            help: "Number of prefill tokens processed.", buckets: tokenBuckets)
        let requestGeneration = BucketHistogram(
            "vllm:request_generation_tokens", labels: labels,
            help: "Number of generation tokens processed.", buckets: tokenBuckets)
        let requestTokensMax = BucketHistogram(
            "vllm:request_params_max_tokens", labels: labels,
            help: "Histogram of the max_tokens request parameter.", buckets: tokenBuckets)
        let requestChoices = BucketHistogram(
            "vllm:request_params_n", labels: labels,
            help: "Histogram of the n request parameter.", buckets: [1, 2, 5, 10, 20])
    }
}
