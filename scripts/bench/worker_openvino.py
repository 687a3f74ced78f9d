"""Measures OpenVINO GenAI's continuous batching, step by step."""

import itertools
import time

import worker

PROMPT = 16
SEQUENCES = 32
STEP_TOKENS = 4096
CACHE_GIGABYTES = 2


def load(model, threads):
    import numpy
    import openvino
    import openvino_genai

    scheduler = openvino_genai.SchedulerConfig()
    scheduler.max_num_seqs = SEQUENCES
    scheduler.max_num_batched_tokens = STEP_TOKENS
    scheduler.dynamic_split_fuse = False  # a prompt is one step
    scheduler.cache_size = CACHE_GIGABYTES
    scheduler.enable_prefix_caching = False
    pipeline = openvino_genai.ContinuousBatchingPipeline(
        model, scheduler, "CPU",
        {"INFERENCE_NUM_THREADS": threads, "DYNAMIC_QUANTIZATION_GROUP_SIZE": "256"})
    random = numpy.random.default_rng(0)
    identifiers = itertools.count()

    def add(sequences, prompt, tokens):
        settings = openvino_genai.GenerationConfig()
        settings.max_new_tokens = tokens
        settings.min_new_tokens = tokens
        settings.ignore_eos = True
        settings.do_sample = False
        for _ in range(sequences):
            ids = random.integers(100, 40000, (1, prompt)).astype(numpy.int64)
            pipeline.add_request(next(identifiers), openvino.Tensor(ids), settings)

    def steps():
        """Steps until all is done; returns when each ended."""
        ends = [time.perf_counter()]
        while pipeline.has_non_finished_requests():
            pipeline.step()
            ends.append(time.perf_counter())
        return ends

    def run(case):
        if case.kind == "prefill":
            add(1, case.tokens, 1)
            ends = steps()
            return case.tokens / (ends[-1] - ends[0])
        add(case.sequences, max(case.depth, PROMPT), case.tokens + 1)
        # All prompts are one step, which gives each sequence its first token.
        ends = steps()
        if len(ends) != case.tokens + 2:
            raise RuntimeError(f"{len(ends) - 1} steps in the place of {case.tokens + 1}")
        return case.sequences * case.tokens / (ends[-1] - ends[1])

    return run


if __name__ == "__main__":
    worker.serve(load)
