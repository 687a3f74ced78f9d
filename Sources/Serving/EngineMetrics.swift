import Inference
import Metrics
import Scheduling

/// The engine's figures as metrics, read when they are scraped.
enum EngineMetrics {
    static func register(_ engine: Engine, model: String, in registry: Registry) {
        memory(engine, model, registry)
        scheduler(engine, model, registry)
        vllm(engine, model, registry)
    }

    private static func memory(_ engine: Engine, _ model: String, _ registry: Registry) {
        registry.register(
            CallbackMetric(
                "switchyard_memory_bytes", labels: ["model_name", "owner"],
                help: "Memory reserved at the start, by what it is for."
            ) {
                [
                    ([model, "weights"], Double(engine.memory.weights)),
                    ([model, "kv_cache"], Double(engine.memory.cache)),
                    ([model, "workspace"], Double(engine.memory.workspace)),
                ]
            })
    }

    private static func scheduler(_ engine: Engine, _ model: String, _ registry: Registry) {
        func gauge(
            _ name: String, _ help: String,
            _ value: @escaping @Sendable (SchedulerFigures) -> Double
        ) {
            registry.register(
                CallbackMetric("switchyard_" + name, labels: ["model_name"], help: help) {
                    [([model], value(engine.schedulerFigures))]
                })
        }
        gauge("queue_requests", "Accepted requests that no step has touched yet.") {
            Double($0.waitingRequests)
        }
        gauge("queue_tokens", "Tokens of the prompts that wait.") { Double($0.waitingTokens) }
        gauge("running_sequences", "Sequences that hold KV blocks.") {
            Double($0.runningSequences)
        }
        gauge("paused_sequences", "Running sequences whose readers are behind.") {
            Double($0.pausedSequences)
        }
        gauge("kv_blocks", "Blocks of the KV cache.") { Double($0.blocks) }
        gauge("kv_blocks_used", "KV blocks that sequences hold.") { Double($0.blocksUsed) }
        gauge("kv_blocks_cached", "KV blocks that only the prefix cache holds.") {
            Double($0.blocksCached)
        }
        gauge("kv_reuse_ratio", "Prompt tokens served from the cache per token needed.") {
            $0.reuseRate
        }
        gauge("step_tokens", "Tokens of the last step.") { Double($0.batchTokens) }
        gauge("step_sequences", "Sequences of the last step.") { Double($0.batchSequences) }
        gauge(
            "token_latency_target_seconds",
            "What tokens of a stream should be apart now: --itl-p99, or what the model can keep."
        ) { $0.tokenLatencyTarget / .seconds(1) }
        gauge("token_latency_kept", "Whether the model can keep --itl-p99.") {
            $0.keepsTokenLatency ? 1 : 0
        }
        func counter(
            _ name: String, _ help: String,
            _ value: @escaping @Sendable (SchedulerFigures) -> UInt64
        ) {
            registry.register(
                CallbackMetric(
                    "switchyard_\(name)_total", kind: .counter, labels: ["model_name"], help: help
                ) {
                    [([model], Double(value(engine.schedulerFigures)))]
                })
        }
        counter("steps", "Forward passes.") { $0.steps }
        counter("tokens_computed", "Tokens that forward passes computed.") { $0.tokensComputed }
        counter("prompt_tokens", "Tokens of prompts that were computed or found in the cache.") {
            $0.promptTokensDone
        }
        counter("cached_prompt_tokens", "Prompt tokens that the prefix cache served.") {
            $0.promptTokensCached
        }
        counter("generation_tokens", "Tokens generated.") { $0.tokensDrawn }
        counter("preemptions", "Sequences that gave up their blocks to others.") { $0.preemptions }
        counter("numerical_faults", "Requests that failed by a NaN or an infinity.") {
            $0.numericalFaults
        }
        counter("deadlines_exceeded", "Requests that ended by their deadline.") {
            $0.deadlinesExceeded
        }
    }

    /// What boards and gateways made for vLLM read.
    private static func vllm(_ engine: Engine, _ model: String, _ registry: Registry) {
        func gauge(
            _ name: String, _ help: String,
            _ value: @escaping @Sendable (SchedulerFigures) -> Double
        ) {
            registry.register(
                CallbackMetric("vllm:" + name, labels: ["model_name", "engine"], help: help) {
                    [([model, "0"], value(engine.schedulerFigures))]
                })
        }
        gauge("num_requests_running", "Requests in model execution batches.") {
            Double($0.runningSequences)
        }
        gauge("num_requests_waiting", "Requests waiting to be processed.") {
            Double($0.waitingRequests + $0.preemptedSequences)
        }
        gauge("kv_cache_usage_perc", "KV-cache usage; 1 means 100 percent.") {
            $0.blocks == 0 ? 0 : Double($0.blocksUsed) / Double($0.blocks)
        }
        func counter(
            _ name: String, _ help: String,
            _ value: @escaping @Sendable (SchedulerFigures) -> UInt64
        ) {
            registry.register(
                CallbackMetric(
                    "vllm:\(name)_total", kind: .counter, labels: ["model_name", "engine"],
                    help: help
                ) {
                    [([model, "0"], Double(value(engine.schedulerFigures)))]
                })
        }
        counter("prompt_tokens", "Number of prefill tokens processed.") { $0.promptTokensDone }
        counter("generation_tokens", "Number of generation tokens processed.") { $0.tokensDrawn }
        counter(
            "prefix_cache_queries", "Prefix cache queries, in terms of number of queried tokens."
        ) { $0.promptTokens }
        counter("prefix_cache_hits", "Prefix cache hits, in terms of number of cached tokens.") {
            $0.promptTokensCached
        }
    }
}
