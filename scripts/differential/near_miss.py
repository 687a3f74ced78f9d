#!/usr/bin/env python3
"""Changes one key of a configuration at a time and compares the program with transformers.

    python scripts/differential/near_miss.py [--family mixtral,olmoe] [--sample 0.08] [--seed 1]
        [--program .build/release/switchyard] [--jobs 2] [--list refused,reference]

Each family has a few tiny checkpoints, in the spellings of transformers 5 and of older files. A change
removes a key, gives it null, zero, one, a negative, doubled, halved or fractional number, another type
or another spelling, moves it into rope_parameters or rope_scaling, or adds a key of a neighbouring
family. The outcome must be equal float32 logits or a refusal that names the key or a tensor:

    equal      both run, and their logits agree
    refused    we refuse by name
    type       we run what the reference refuses for a value's type alone, as 4.0 for 4 or null for false
    reference  we run what the reference refuses, or has no weights or no finite numbers for: judged by eye
    DIFFERS    both run and logits differ
    UNNAMED    we refuse without naming the key or a tensor

Prints DIFFERS, UNNAMED and what --list asks for, and counts; exits 1 where there is any of the first two.

Needs torch, transformers 5, safetensors, numpy.
"""
import argparse, collections, concurrent.futures, copy, json, os, random, re, shutil, subprocess, sys, tempfile

import models
import numpy as np
import torch
from safetensors.numpy import load_file as load_arrays
from transformers import AutoModelForCausalLM, CONFIG_MAPPING

FAMILIES = models.FAMILIES
LENGTHS = [40, 12]
YARN = dict(factor=4.0, original_max_position_embeddings=16, beta_fast=8.0, beta_slow=1.0)
LLAMA3 = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)

# Keys that belong to other families, or that older or edited files carry.
NEIGHBOURS = dict(
    attention_bias=[True], qkv_bias=[True, False], mlp_bias=[True], head_dim=[16], sliding_window=[8], use_sliding_window=[True], max_window_layers=[0, 1],
    layer_types=[["sliding_attention", "full_attention"]], clip_qkv=[0.5], norm_topk_prob=[True, False], num_experts=[2], num_local_experts=[2], n_routed_experts=[2],
    num_experts_per_tok=[1], experts_per_token=[1], top_k=[1], moe_top_k=[1], n_shared_experts=[1], moe_intermediate_size=[24], shared_expert_intermediate_size=[24],
    shared_intermediate_size=[24], decoder_sparse_step=[2], moe_layer_freq=[2], mlp_only_layers=[[0]], first_k_dense_replace=[1], scoring_func=["sigmoid", "softmax"],
    topk_method=["noaux_tc", "greedy"], n_group=[2], topk_group=[1], routed_scaling_factor=[3.0], logits_scaling=[4.0], residual_multiplier=[0.5],
    embedding_multiplier=[3.0], attention_multiplier=[0.5], logit_scale=[2.0], final_logit_softcapping=[5.0], attn_logit_softcapping=[5.0], query_pre_attn_scalar=[64],
    swiglu_limit=[1.0], swiglu_alpha=[1.0], partial_rotary_factor=[0.5, 1.0], rotary_pct=[0.5], rotary_dim=[4], rope_theta=[777.0], rotary_emb_base=[777.0],
    rope_interleave=[True, False], rope_type=["linear"], rope_scaling_factor=[2.0], original_max_position_embeddings=[16], initial_context_length=[16],
    use_qk_norm=[True], qk_layernorm=[True], qk_norm=[True], no_rope_layers=[[0, 1]], use_rope=[False], position_embedding_type=["rope", "nope"], attention_dropout=[0.5],
    hidden_act=["silu", "swish", "gelu", "relu"], hidden_activation=["gelu"], pretraining_tp=[1, 2], tie_word_embeddings=[True, False], tie_embeddings=[True],
    num_nextn_predict_layers=[1], ep_size=[2], use_cache=[False, True], torch_dtype=["float16"], dtype=["bfloat16"], router_jitter_noise=[0.5],
    output_router_logits=[True], use_mla=[False], is_causal=[False], attn_implementation=["sdpa"], quantization_config=[{}], compression_config=[{}],
    text_config=[{}], auto_map=[{}], rope_parameters=[{}, []], rope_scaling=[{}, []], layer_norm_eps=[0.1], norm_epsilon=[0.1], rms_norm_epsilon=[0.1], use_bias=[True],
    mlp_layer_types=[["dense", "sparse"]], first_k_dense=[1], architectures=[["LlamaForCausalLM"], []], head_size=[16], vocab_size_padded=[64], chunk_size_feed_forward=[4])
# Keys that do not change the numbers, or whose large values would take minutes.
SKIPPED = {"transformers_version", "bos_token_id", "eos_token_id", "pad_token_id", "id2label", "label2id", "return_dict", "output_hidden_states", "problem_type",
           "is_encoder_decoder", "output_attentions", "initializer_range", "model_type", "use_cache", "attention_dropout", "router_aux_loss_coef", "output_router_logits", "pretraining_tp"}
SPELLINGS = dict(rms_norm_eps=["layer_norm_eps", "rms_norm_epsilon"], num_key_value_heads=["num_kv_heads", "n_head_kv"], rope_theta=["rope_base", "rotary_emb_base"],
                 num_local_experts=["num_experts", "n_routed_experts"], num_experts=["num_local_experts", "n_routed_experts"], n_routed_experts=["num_experts", "num_local_experts"],
                 num_experts_per_tok=["experts_per_token", "top_k", "moe_top_k", "num_experts_per_token"], hidden_act=["hidden_activation"], sliding_window=["window_size"],
                 rope_type=["type", "kind"], type=["rope_type"], rope_parameters=["rope_scaling"], rope_scaling=["rope_parameters"], attention_bias=["qkv_bias", "use_bias"],
                 original_max_position_embeddings=["original_max_position"], max_position_embeddings=["max_sequence_length", "n_positions"],
                 n_shared_experts=["num_shared_experts"], first_k_dense_replace=["first_k_dense"], swiglu_limit=["limit"])
GONE = object()


# --------------------------------------------------------------------------------------- checkpoints


def common(family):
    """Arguments of the family's configuration class; every key that it reads has a value other than its default."""
    c = dict(vocab_size=61, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=48, max_position_embeddings=64,
             rms_norm_eps=1e-5, tie_word_embeddings=False, bos_token_id=1, eos_token_id=2, pad_token_id=None)
    if family in ("qwen3", "qwen3_moe", "gpt_oss", "mixtral", "llama"):
        c["head_dim"] = 12
    if family in ("qwen2", "qwen3", "qwen2_moe"):
        c.update(use_sliding_window=True, sliding_window=7, max_window_layers=1, layer_types=["full_attention", "sliding_attention"])
    if family == "qwen3_moe":
        c.update(use_sliding_window=True, sliding_window=7, max_window_layers=0)
    if family == "mixtral":
        c.update(sliding_window=7, num_local_experts=4, num_experts_per_tok=3)
    if family == "olmoe":
        c.update(num_experts=4, num_experts_per_tok=3, norm_topk_prob=True, clip_qkv=1.5)
    if family in ("granite", "granitemoe"):
        c.update(embedding_multiplier=3.0, logits_scaling=2.0, residual_multiplier=0.5, attention_multiplier=0.2)
    if family == "granitemoe":
        c.update(num_local_experts=4, num_experts_per_tok=3)
    if family == "gpt_oss":
        c.update(num_local_experts=4, num_experts_per_tok=3, sliding_window=7, swiglu_limit=1.0, layer_types=["sliding_attention", "full_attention"], attention_bias=True)
    if family in ("qwen2_moe", "qwen3_moe"):
        c.update(num_experts=4, num_experts_per_tok=3, moe_intermediate_size=24, norm_topk_prob=True, decoder_sparse_step=1, mlp_only_layers=[0])
    if family == "qwen2_moe":
        c.update(shared_expert_intermediate_size=20, qkv_bias=True)
    if family.startswith("deepseek"):
        c.update(num_hidden_layers=3, num_key_value_heads=4, kv_lora_rank=16, q_lora_rank=20, qk_nope_head_dim=8, qk_rope_head_dim=8, v_head_dim=10, moe_intermediate_size=24,
                 first_k_dense_replace=1, n_shared_experts=2, n_routed_experts=8, num_experts_per_tok=3, n_group=4, topk_group=2, routed_scaling_factor=1.7)
        c.update(dict(topk_method="group_limited_greedy") if family == "deepseek_v2" else dict(norm_topk_prob=True, rope_interleave=True))
    return c


def variants(family):
    """Pairs of a name and (arguments, a function from the saved configuration to the published one)."""
    deepseek = family.startswith("deepseek")
    yarn = dict(YARN, rope_type="yarn", rope_theta=5000.0, **(dict(mscale=0.8, mscale_all_dim=0.6) if deepseek else {}))
    new = dict(common(family), rope_parameters=yarn)
    plain = dict(common(family), rope_parameters=dict(rope_type="default", rope_theta=5000.0))
    llama3 = dict(common(family), rope_parameters=dict(LLAMA3, rope_type="llama3", rope_theta=5000.0))
    if family in ("llama", "qwen3", "qwen3_moe", "olmoe", "granite", "granitemoe"):
        llama3["attention_bias"] = True
    if family in ("llama", "granite"):
        llama3["mlp_bias"] = True
    if family == "gpt_oss":
        llama3["attention_bias"] = False
    if family == "qwen2_moe":
        llama3["qkv_bias"] = False
    if deepseek:
        llama3.update(attention_bias=True, q_lora_rank=None)
        llama3.update(dict(topk_method="greedy") if family == "deepseek_v2" else dict(norm_topk_prob=False, rope_interleave=False))
    if family in ("llama", "qwen2", "qwen3", "granite"):
        plain["tie_word_embeddings"] = True
    return dict(newer=(new, newer), older=(new if deepseek or family == "gpt_oss" else llama3, older), plain=(plain, older), biased=(llama3, newer))


def newer(d, family):
    return d


def older(d, family):
    return models.older_spelling(d, family, random.Random(1))


def make(family, arguments, path):
    config = CONFIG_MAPPING[family](**copy.deepcopy(arguments))
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, **models.EAGER).eval()
    models.fill(model, config, 7, False)
    if config.tie_word_embeddings:
        model.tie_weights()
    model.save_pretrained(path)
    d = json.load(open(f"{path}/config.json"))
    # Keys that the class does not keep are written all the same.
    for k, v in arguments.items():
        if k not in d and k != "rope_parameters":
            d[k] = v
    return d


# -------------------------------------------------------------------------------------------- changes


def others(value):
    """Values near `value`, of its type and of others."""
    if isinstance(value, bool):
        return [not value, int(value), str(value).lower(), str(not value).lower(), [], {}, 2]
    if isinstance(value, int):
        return [0, 1, -1, -value, 2 * value, value // 2, value + 1, value - 1, value + 0.5, float(value), str(value), [value], {}, True, False, "x", 1 << 31, 1 << 63]
    if isinstance(value, float):
        return [0, 0.0, 1, 1.0, -value, 2 * value, value / 2, int(value), str(value), [value], {}, True, False, "x", 1e-300, 1e300]
    if isinstance(value, str):
        return ["", value.upper(), value + "x", value.capitalize(), 0, 1, True, [value], {}, "default", "none"]
    if isinstance(value, list):
        more = [[], value[1:], value + value[:1], value[::-1], value + [None], str(value), {}, 0, True]
        if value:
            more += [value[:1], [None] * len(value), [5] * len(value), ["x"] * len(value), value[0], [value]]
        return more
    if isinstance(value, dict):
        return [[], "x", 1, True, {}, [value]]
    return [0, 1, 2, -1, 1.5, True, False, "x", "", [], {}]


def spellings(key):
    parts = key.split("_")
    return SPELLINGS.get(key, []) + [parts[0] + "".join(p.capitalize() for p in parts[1:]), key.upper(), key + "s", " " + key, key.replace("_", "-")]


def with_value(d, path, value):
    d = copy.deepcopy(d)
    part = d
    for p in path[:-1]:
        part = part[p]
    if value is GONE:
        part.pop(path[-1], None)
    else:
        part[path[-1]] = value
    return d


def changes(base, family):
    """Tuples of a name, the keys changed and a configuration; no configuration occurs twice."""
    usual = CONFIG_MAPPING[family]().to_dict()
    seen = set()

    def give(name, keys, d):
        text = json.dumps(d, sort_keys=True)
        if text in seen:
            return []
        seen.add(text)
        return [(name, keys, d)]

    yield from give("nothing", [], base)
    places = [(k,) for k in base if k not in SKIPPED] + [(k, s) for k in ("rope_parameters", "rope_scaling") if isinstance(base.get(k), dict) for s in base[k]]
    for path in places:
        value = base
        for p in path:
            value = value[p]
        label = ".".join(path)
        yield from give(f"{label} gone", [path[-1]], with_value(base, path, GONE))
        for v in [None] + others(value):
            # With two thousand million layers the reference would not end.
            if not (type(v) is int and v > 1 << 20 and re.search(r"size|layers|experts|heads|dim|rank|step", label)):
                yield from give(f"{label} = {json.dumps(v)}", [path[-1]], with_value(base, path, v))
        for s in spellings(path[-1]):
            yield from give(f"{label} called {s}", [path[-1], s], with_value(with_value(base, path, GONE), path[:-1] + (s,), value))
        if len(path) == 1 and not isinstance(value, dict):
            for place in ("rope_parameters", "rope_scaling"):
                if place in base and not isinstance(base[place], (dict, type(None))):
                    continue
                inner = dict(base.get(place) or {})
                yield from give(f"{label} moved to {place}", [path[-1], place], with_value(dict(base, **{place: dict(inner, **{path[-1]: value})}), path, GONE))
                yield from give(f"{label} also in {place}", [path[-1], place], dict(base, **{place: dict(inner, **{path[-1]: value})}))
        if len(path) == 2:
            yield from give(f"{label} moved to the top", [path[-1], path[0]], dict(with_value(base, path, GONE), **{path[1]: value}))
            yield from give(f"{label} also at the top", [path[-1]], dict(base, **{path[1]: value}))
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                yield from give(f"{label} doubled at the top", [path[-1]], dict(base, **{path[1]: 2 * value}))
    for k, v in usual.items():
        if k not in base and k not in SKIPPED:
            for w in [v] + [w for w in others(v) if type(w) is not int or w < 1 << 20]:
                yield from give(f"{k} = {json.dumps(w)} added", [k], dict(base, **{k: w}))
    for k, values in NEIGHBOURS.items():
        for v in values:
            yield from give(f"{k} = {json.dumps(v)} beside", [k], dict(base, **{k: v}))
    yield from rope_changes(base, give)


def rope_changes(base, give):
    """Variants of both objects that may hold the rotary parameters: complete ones in either or both."""
    plain = {k: v for k, v in base.items() if k not in ("rope_parameters", "rope_scaling", "rope_theta")}
    objects = [None, {}, dict(rope_type="default"), dict(rope_theta=777.0), dict(rope_type="default", rope_theta=777.0), dict(type="default", rope_theta=777.0),
               dict(factor=2.0), dict(rope_type="linear", factor=2.0), dict(type="linear", factor=2.0), dict(type="linear", rope_type="default", factor=2.0),
               dict(type="default", rope_type="linear", factor=2.0), dict(rope_type="linear"), dict(rope_type="linear", factor=0), dict(rope_type="linear", factor=-2.0),
               dict(rope_type="linear", factor=None), dict(rope_type="linear", factor="2"), dict(rope_type="linear", factor=0.5, rope_theta=777.0), dict(rope_type="Linear", factor=2.0),
               dict(rope_type="dynamic", factor=2.0), dict(type="su", factor=2.0), dict(type="mrope", mrope_section=[2, 2, 2]), dict(rope_type=None, factor=2.0),
               dict(rope_type="llama3", **LLAMA3), dict(type="llama3", rope_theta=777.0, **LLAMA3), dict(rope_type="yarn", **YARN), dict(type="yarn", rope_theta=777.0, **YARN),
               dict(rope_type="yarn", factor=4.0), dict(rope_type="yarn", factor=0, original_max_position_embeddings=16), dict(rope_type="yarn", original_max_position_embeddings=16),
               dict(rope_type="yarn", factor=None, original_max_position_embeddings=16), dict(rope_type="yarn", factor=0.5, original_max_position_embeddings=16),
               dict(rope_type="yarn", attention_factor=0, **YARN), dict(rope_type="yarn", attention_factor=-1.0, **YARN), dict(rope_type="yarn", attention_factor=None, **YARN),
               dict(rope_type="yarn", truncate=False, **YARN), dict(rope_type="yarn", truncate=None, **YARN), dict(rope_type="yarn", truncate=0, **YARN),
               dict(rope_type="yarn", **dict(YARN, beta_fast=1.0, beta_slow=8.0)), dict(rope_type="yarn", **dict(YARN, beta_fast=0)), dict(rope_type="yarn", **dict(YARN, beta_slow=None)),
               dict(rope_type="yarn", mscale=0.8, **YARN), dict(rope_type="yarn", mscale_all_dim=0.8, **YARN), dict(rope_type="yarn", mscale=0.8, mscale_all_dim=0.5, **YARN),
               dict(rope_type="yarn", mscale=0, mscale_all_dim=0.5, **YARN), dict(rope_type="yarn", mscale=-2.0, mscale_all_dim=-1.0, **YARN),
               dict(rope_type="default", partial_rotary_factor=0.5), dict(rope_type="default", rope_theta=777.0, partial_rotary_factor=1.0),
               dict(full_attention=dict(rope_type="default", rope_theta=777.0)), dict(full_attention=dict(rope_type="default", rope_theta=777.0), sliding_attention=dict(rope_type="default", rope_theta=500.0))]
    keys = ["rope_parameters", "rope_scaling", "rope_theta", "rope scaling", "factor", "rope_type", "partial_rotary_factor"]
    for o in objects:
        for top in ({}, dict(rope_theta=5000.0)):
            for place in ("rope_parameters", "rope_scaling"):
                yield from give(f"{place} = {json.dumps(o)} {top or ''}", keys, dict(plain, **top, **{place: o}))
    for a in objects[:9] + objects[22:24]:
        for b in objects[:9] + objects[22:24]:
            yield from give(f"rope_parameters = {json.dumps(a)}, rope_scaling = {json.dumps(b)}", keys, dict(plain, rope_parameters=a, rope_scaling=b))


# ------------------------------------------------------------------------------------------- outcomes


def reference(path, prompts):
    """(logits, the model), or why there are none."""
    try:
        model, info = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, output_loading_info=True, local_files_only=True, trust_remote_code=False, **models.EAGER)
        for kind in ("missing_keys", "mismatched_keys"):
            if info.get(kind):
                return None, f"{kind.replace('_', ' ')}: {sorted(map(str, info[kind]))[0]}"
        model.eval()
        logits = [model(input_ids=torch.tensor(p)[None], use_cache=False).logits[0].float().numpy() for p in prompts]
    except Exception as e:
        return None, f"{type(e).__name__}: {str(e).strip()[:160]}".replace("\n", " ")
    if not all(np.isfinite(l).all() for l in logits):
        return None, "no finite numbers"
    return logits, model


def ours(program, path, lines):
    out = f"{path}/out.safetensors"
    run = subprocess.run([program, "forward", "--model", path, "--output", out, "--precision", "f32", "--threads", "1"], input=lines, text=True, capture_output=True)
    if run.returncode < 0:
        return None, f"DIED by signal {-run.returncode}"
    if run.returncode or '"error"' in run.stdout:
        return None, (run.stderr.strip() or run.stdout.strip()).replace(path, "MODEL")[-400:]
    arrays = load_arrays(out)
    return [arrays[f"p{i}.logits"] for i in range(len(LENGTHS))], ""


def judge(keys, mine, error, want, why, prompts):
    """An outcome and a short description of it."""
    if mine is None:
        if "DIED" in error:
            return "DIFFERS", error
        named = any(k.strip() and k in error for k in keys) or "tensor '" in error or "max_position_embeddings" in keys and "context of" in error
        return ("refused" if named else "UNNAMED"), error + ("" if want is None else "  [the reference runs]")
    if want is None:
        return ("type" if re.search(r"StrictDataclassField.*TypeError", why) else "reference"), why
    for m, w, p in zip(mine, want, prompts):
        d = float(np.abs(m - w).max()) if m.shape == w.shape else float("inf")
        if not d <= 2e-4:
            noise = models.noise(why, torch.tensor(p)[None], torch.tensor(w))
            if not d <= max(2e-4, 10 * noise):
                return "DIFFERS", f"logits differ by {d:.3g} (float32's noise {noise:.2g}, largest {np.abs(w).max():.3g})"
    return "equal", ""


def attempt(a, family, variant, work, counts, listed):
    arguments, publish = variants(family)[variant]
    home = f"{work}/{family}-{variant}"
    base = publish(make(family, arguments, home), family)
    prompts = [random.Random(n).choices(range(base["vocab_size"]), k=n) for n in LENGTHS]
    lines = "".join(json.dumps(dict(name=f"p{i}", input_ids=p)) + "\n" for i, p in enumerate(prompts))
    r = random.Random(f"{family} {variant} {a.seed}")
    cases = [c for c in changes(base, family) if c[0] == "nothing" or r.random() < a.sample]

    def folder(index, d):
        path = f"{home}/{index}"
        os.mkdir(path)
        os.symlink(f"{home}/model.safetensors", f"{path}/model.safetensors")
        json.dump(d, open(f"{path}/config.json", "w"))
        return path

    paths = [folder(i, c[2]) for i, c in enumerate(cases)]
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        runs = [pool.submit(ours, a.program, p, lines) for p in paths]
        for (name, keys, _), path, run in zip(cases, paths, runs):
            want, why = reference(path, prompts)
            mine, error = run.result()
            outcome, word = judge(keys, mine, error, want, why, prompts)
            if name == "nothing" and outcome != "equal":
                outcome = "DIFFERS"
            counts[family][outcome] += 1
            if outcome == "refused" and want is not None:
                counts[family]["(of these the reference runs)"] += 1
            if outcome in ("DIFFERS", "UNNAMED") or outcome in listed or "reference runs" in word and "strict" in listed:
                print(f"{outcome:9} {family} {variant}: {name}: {word}", flush=True)
            if a.keep and outcome in ("DIFFERS", "UNNAMED"):
                shutil.copytree(path, f"{a.keep}/{family}-{variant}-{os.path.basename(path)}", dirs_exist_ok=True)
    shutil.rmtree(home)


def tally(counts):
    return ", ".join(f"{k} {counts[k]}" for k in ("equal", "refused", "(of these the reference runs)", "type", "reference", "DIFFERS", "UNNAMED"))


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--family", default=",".join(FAMILIES))
    a.add_argument("--variant", default="newer,older,plain,biased")
    a.add_argument("--sample", type=float, default=0.08, help="the share of the 54,000 changes that is tried; the default takes some ten minutes")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--jobs", type=int, default=2)
    a.add_argument("--list", default="", help="refused: every refusal; strict: those that the reference runs; reference: what it refuses")
    a.add_argument("--keep", metavar="DIR", help="keep the configurations that fail here")
    a.add_argument("--program", default=".build/release/switchyard")
    a = a.parse_args()
    counts, listed = collections.defaultdict(collections.Counter), set(a.list.split(","))
    work = tempfile.mkdtemp()
    try:
        for family in a.family.split(","):
            for variant in a.variant.split(","):
                attempt(a, family, variant, work, counts, listed)
            print(f"{family}: " + tally(counts[family]), flush=True)
    finally:
        shutil.rmtree(work)
    total = sum(counts.values(), collections.Counter())
    print("all: " + tally(total))
    return 1 if total["DIFFERS"] or total["UNNAMED"] else 0


if __name__ == "__main__":
    sys.exit(main())
