"""Measures vLLM without a server; engine_vllm.py says how it is set up."""

import time

import worker

PROMPT = 16
SEQUENCES = 32
CONTEXT = 4096


def load(model, threads):
    import numpy
    from vllm import LLM, SamplingParams

    del threads  # VLLM_CPU_OMP_THREADS_BIND says on which CPUs it computes.
    llm = LLM(
        model=model, dtype="bfloat16", max_model_len=CONTEXT, max_num_seqs=SEQUENCES,
        max_num_batched_tokens=2048, enable_prefix_caching=False, disable_log_stats=True, seed=0)
    random = numpy.random.default_rng(0)

    def seconds(sequences, prompt, tokens):
        prompts = [
            {"prompt_token_ids": random.integers(100, 40000, prompt).tolist()}
            for _ in range(sequences)]
        parameters = SamplingParams(max_tokens=tokens, ignore_eos=True, temperature=0)
        start = time.perf_counter()
        llm.generate(prompts, parameters, use_tqdm=False)
        return time.perf_counter() - start

    def run(case):
        if case.kind == "prefill":
            return case.tokens / seconds(1, case.tokens, 1)
        prompt = max(case.depth, PROMPT)
        prefill = seconds(case.sequences, prompt, 1)
        both = seconds(case.sequences, prompt, case.tokens + 1)
        return case.sequences * case.tokens / (both - prefill)

    return run


if __name__ == "__main__":
    worker.serve(load)
