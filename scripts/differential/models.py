#!/usr/bin/env python3
"""Compares the program with transformers on random tiny checkpoints of every family.

    python scripts/differential/models.py [--family mixtral,olmoe] [--count 20] [--seed 1]
        [--int8 shared/fixtures] [--keep DIR] [--program .build/release/switchyard]

A configuration is drawn (shapes, options, spelling, number type, shards), its checkpoint saved with
random weights, and logits, greedy tokens and routes are computed by transformers in float32 and by
`switchyard forward --precision f32 --trace`. With --int8, the folder of the reference fixtures'
generator, INT8 logits are compared with its emulation too. Prints a line a case; exits 1 where one
differs.

Needs torch, transformers 5, safetensors, numpy.
"""
import argparse, copy, json, math, os, random, re, shutil, subprocess, sys, tempfile, traceback

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch
from safetensors.numpy import load_file as load_arrays
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, CONFIG_MAPPING
from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()
torch.set_num_threads(1)
torch.set_grad_enabled(False)
EAGER = dict(attn_implementation="eager", experts_implementation="eager")
GREEDY = 6


# ------------------------------------------------------------------------------------------ drawing


def rope(r, family, positions):
    """A rope_parameters that the family's published configurations could have."""
    theta = r.choice([500.0, 10000.0, 150000.0, 1e6, 5e6])
    kind = r.choice(["default"] * 3 + ["linear", "llama3", "yarn", "yarn", "yarn"])
    p = dict(rope_type=kind, rope_theta=theta)
    if kind == "linear":
        p["factor"] = r.choice([2.0, 4.0, 8])
    if kind == "llama3":
        p.update(factor=r.choice([8.0, 32.0]), low_freq_factor=1.0, high_freq_factor=r.choice([4.0, 2.0]),
                 original_max_position_embeddings=r.choice([16, 64, 8192]))
    if kind == "yarn":
        p.update(factor=r.choice([2.0, 4.0, 40, 1.5]), original_max_position_embeddings=r.choice([16, 64, 4096]))
        if r.random() < 0.5:
            p.update(beta_fast=r.choice([32, 16.0]), beta_slow=r.choice([1, 2.0]))
        if r.random() < 0.3:
            p["truncate"] = r.random() < 0.5
        choice = r.randrange(5)
        if choice == 1:
            p["attention_factor"] = r.choice([1.0, 0.7, 1.3])
        if choice == 2 or family.startswith("deepseek"):
            p.update(mscale=r.choice([1.0, 0.707]), mscale_all_dim=r.choice([1.0, 0.707, 0.5]))
        if choice == 3 and family.startswith("deepseek"):
            p.pop(r.choice(["mscale", "mscale_all_dim"]))
        if choice == 4 and family.startswith("deepseek"):
            p["mscale_all_dim"] = 0
    return p


def width(r, top=200):
    return r.choice([r.randrange(8, 65), r.randrange(8, top), r.choice([32, 64, 96, 128, 129, 160])])


def draw(family, r):
    """Arguments of the family's configuration class, and the prompts' lengths."""
    lengths = [r.choice([1, 2, 15, 17, 33, 64, 70]), r.choice([5, 16, 40, 80, 130] + [600] * (r.random() < 0.1))]
    needed = max(lengths) + GREEDY + 1
    positions = r.choice([needed, needed + 1, 1024, 4096])
    positions = max(positions, needed)
    kv = r.choice([1, 1, 2, 3, 4])
    heads = kv * r.choice([1, 2, 3, 4])
    layers = r.choice([1, 2, 2, 3, 4])
    c = dict(vocab_size=r.randrange(40, 330), num_hidden_layers=layers, num_attention_heads=heads,
             max_position_embeddings=positions, rms_norm_eps=r.choice([1e-5, 1e-6, 1e-6, 1e-3]),
             tie_word_embeddings=r.random() < 0.3, bos_token_id=1, eos_token_id=r.choice([2, [2, 3]]), pad_token_id=None,
             rope_parameters=rope(r, family, positions))
    deepseek = family.startswith("deepseek")
    if not deepseek:
        c["num_key_value_heads"] = kv
        if heads == kv and r.random() < 0.5 and family not in ("mixtral", "gpt_oss", "qwen3_moe", "qwen2_moe"):
            c["num_key_value_heads"] = None
    head = 2 * r.randrange(1, 25)
    if family in ("llama", "deepseek_v2") or r.random() < 0.4 or family in ("olmoe", "granitemoe", "granite", "qwen2", "qwen2_moe"):
        c["hidden_size"] = heads * (head if not deepseek else width(r) // heads + 1)
    else:
        c["hidden_size"] = width(r)
    if family in ("qwen3", "qwen3_moe", "gpt_oss", "mixtral", "llama"):
        if c["hidden_size"] != heads * head or r.random() < 0.5:
            c["head_dim"] = head if c["hidden_size"] % heads or r.random() < 0.7 else c["hidden_size"] // heads
            if family == "llama" and r.random() < 0.5:
                c["head_dim"] = 2 * r.randrange(1, 25)
        elif family in ("qwen3", "gpt_oss"):
            c["head_dim"] = head
        if (c.get("head_dim") or c["hidden_size"] // heads) % 2:
            c["head_dim"] = head
    if family == "mixtral" and "head_dim" not in c:
        c["head_dim"] = c["hidden_size"] // heads  # without it the reference does not scale the rotary
    c["intermediate_size"] = width(r, 300)
    E = r.choice([1, 2, 3, 4, 6, 8, 9, 16])
    K = r.choice([1, 2, E, r.randrange(1, E + 1)])
    K = min(K, E)
    if family in ("llama", "granite"):
        c["mlp_bias"] = r.random() < 0.3
    if family in ("llama", "qwen3", "qwen3_moe", "olmoe", "granitemoe", "granite"):
        c["attention_bias"] = r.random() < 0.35
    if family in ("qwen2", "qwen3", "qwen2_moe"):
        if r.random() < 0.4:
            c.update(use_sliding_window=True, sliding_window=r.choice([2, 3, 16, 40]), max_window_layers=r.randrange(0, layers + 2))
            if r.random() < 0.5 :
                c["layer_types"] = [r.choice(["full_attention", "sliding_attention"]) for _ in range(layers)]
        elif r.random() < 0.3:
            c.update(use_sliding_window=False, sliding_window=r.choice([4, 4096]), max_window_layers=1)
    if family == "qwen3_moe" and r.random() < 0.4:
        c.update(use_sliding_window=r.random() < 0.7, sliding_window=r.choice([2, 3, 16, 40]))
    if family == "mixtral":
        c["sliding_window"] = r.choice([None, None, 2, 7, 16, 4096])
        c.update(num_local_experts=E, num_experts_per_tok=K)
    if family == "olmoe":
        c.update(num_experts=E, num_experts_per_tok=K, norm_topk_prob=r.random() < 0.5, clip_qkv=r.choice([None, 0.5, 8.0]))
    if family in ("granitemoe", "granite"):
        c.update(embedding_multiplier=r.choice([1.0, 12.0, 0.5]), logits_scaling=r.choice([1.0, 6.0, 0.25]),
                 residual_multiplier=r.choice([1.0, 0.22]), attention_multiplier=r.choice([1.0, 0.015625, 0.3]))
    if family == "granitemoe":
        c.update(num_local_experts=E, num_experts_per_tok=K)
    if family == "gpt_oss":
        c.update(num_local_experts=E, num_experts_per_tok=K, sliding_window=r.choice([2, 8, 16, 128]), swiglu_limit=r.choice([7.0, 1.0, 0.3]),
                 attention_bias=r.random() < 0.8)
        if r.random() < 0.5:
            c["layer_types"] = [r.choice(["full_attention", "sliding_attention"]) for _ in range(layers)]
        if r.random() < 0.3:
            c["swiglu_alpha"] = r.choice([1.0, 1.702])
    if family in ("qwen2_moe", "qwen3_moe"):
        c.update(num_experts=E, num_experts_per_tok=K, moe_intermediate_size=width(r), norm_topk_prob=r.random() < 0.5,
                 decoder_sparse_step=r.choice([1, 1, 2, 3]), mlp_only_layers=r.choice([None, [], [0], [layers - 1], [0, 7]]))
    if family == "qwen2_moe":
        c.update(shared_expert_intermediate_size=width(r), qkv_bias=r.random() < 0.7)
    if deepseek:
        # V2's reference rotates pairs in place, which needs even strides.
        even = lambda n: n + n % 2 if family == "deepseek_v2" else n
        c.update(kv_lora_rank=even(width(r, 100)), q_lora_rank=r.choice([None, width(r, 100)]), num_key_value_heads=heads,
                 qk_nope_head_dim=even(r.randrange(1, 40)),
                 qk_rope_head_dim=2 * r.randrange(1, 20), v_head_dim=r.randrange(1, 40), moe_intermediate_size=width(r),
                 first_k_dense_replace=r.randrange(0, layers + 1), n_shared_experts=r.choice([1, 1, 2, 3]),
                 routed_scaling_factor=r.choice([1.0, 2.5, 16.0]) if family == "deepseek_v2" else r.choice([1.0, 2.5]),
                 attention_bias=r.random() < 0.3)
        groups, each = r.choice([1, 2, 4]), r.choice([2, 3, 4])
        kept = r.randrange(1, groups + 1)
        E = groups * each
        c.update(n_routed_experts=E, num_experts_per_tok=r.randrange(1, kept * each + 1))
        if family == "deepseek_v2":
            c["topk_method"] = r.choice(["greedy", "group_limited_greedy"])
            c.update(n_group=groups, topk_group=kept)
            if c["topk_method"] == "greedy":
                c["num_experts_per_tok"] = r.randrange(1, E + 1)
        else:
            c.update(n_group=groups, topk_group=kept, norm_topk_prob=r.random() < 0.7, rope_interleave=r.random() < 0.8)
    return c, lengths


def fill(model, config, seed, outliers):
    """Random weights at scales where every term matters and routing is decisive."""
    g = torch.Generator().manual_seed(seed)
    rn = lambda s: torch.randn(s, generator=g)
    h = config.hidden_size
    items = list(model.named_parameters()) + [(n, b) for n, b in model.named_buffers() if "e_score" in n]
    for n, p in sorted(items, key=lambda t: t[0]):
        s, leaf = tuple(p.shape), n.split(".")[-1]
        if "e_score" in n:
            v = rn(s) * 0.15
        elif leaf == "sinks":
            v = rn(s) + 0.5
        elif "norm" in n:
            v = 1 + 0.2 * rn(s)
            if outliers and "layernorm" in n:
                v[0] *= 12
        elif leaf.endswith("bias"):
            v = rn(s) * 0.2
        elif "embed_tokens" in n:
            v = rn(s) * (0.3 if config.tie_word_embeddings else 1)
        elif "lm_head" in n:
            v = rn(s) * 2.5 / h ** 0.5
        elif re.search(r"(gate|router|router\.layer)\.weight$", n) or "shared_expert_gate" in n:
            v = rn(s) * 1.6 / h ** 0.5
        elif p.dim() == 3:
            v = rn(s) * 1.4 / (s[1] if config.model_type == "gpt_oss" else s[2]) ** 0.5
        else:
            v = rn(s) * 1.2 / s[-1] ** 0.5
        p.data.copy_(v)


# --------------------------------------------------------------------------------- config.json on disk


def older_spelling(d, family, r):
    """The configuration as in checkpoints published for transformers 4."""
    d = copy.deepcopy(d)
    rp = d.pop("rope_parameters", None) or {}
    d["torch_dtype"] = d.pop("dtype")
    d["rope_theta"] = rp.get("rope_theta", 10000.0)
    scaling = {k: v for k, v in rp.items() if k != "rope_theta"}
    if scaling.get("rope_type", "default") == "default":
        d["rope_scaling"] = None
        if r.random() < 0.5 or family == "gpt_oss":
            d.pop("rope_scaling")
            if family == "gpt_oss":
                d["rope_scaling"] = dict(rope_type="default")
    else:
        if family.startswith("deepseek") or r.random() < 0.3:
            scaling["type"] = scaling.pop("rope_type")
        d["rope_scaling"] = scaling
    for k in ("output_router_logits", "qk_head_dim", "swiglu_alpha"):
        if k != "swiglu_alpha" or d.get(k, 1.702) == 1.702:
            d.pop(k, None)
    if d.get("rope_interleave") is True:
        d.pop("rope_interleave")
    if family.startswith("deepseek"):
        d.pop("head_dim", None)
        d.update(ep_size=1, moe_layer_freq=1, aux_loss_alpha=0.001, seq_aux=True, num_nextn_predict_layers=1,
                 scoring_func="sigmoid" if family == "deepseek_v3" else "softmax")
        if family == "deepseek_v3":
            d["topk_method"] = "noaux_tc"
    if family == "qwen3_moe" and "num_local_experts" in d:
        d["num_experts"] = d.pop("num_local_experts")
    if family == "qwen2" or family == "qwen3":
        if d.get("use_sliding_window") is not True:
            d.pop("layer_types", None)
    if family == "gpt_oss":
        d["experts_per_token"] = d["num_experts_per_tok"]
    if d.get("head_dim", 0) is None:
        d.pop("head_dim")
    return dict(sorted(d.items()))


def without_defaults(d, family, r):
    """Leaves out some keys whose values are the configuration class's defaults."""
    usual = CONFIG_MAPPING[family]().to_dict()
    keep = {"model_type", "architectures", "rope_parameters", "rope_scaling", "rope_theta", "dtype", "torch_dtype", "num_local_experts", "max_position_embeddings",
            "num_experts_per_tok", "num_attention_heads", "hidden_size", "intermediate_size", "vocab_size", "num_hidden_layers", "num_experts", "n_routed_experts"}
    for k in list(d):
        if k not in keep and k in usual and usual[k] == d[k] and r.random() < 0.5:
            d.pop(k)
    return d


def reshard(path, n):
    tensors = load_file(f"{path}/model.safetensors")
    os.remove(f"{path}/model.safetensors")
    names, where = sorted(tensors), {}
    for i in range(n):
        part = names[i::n]
        file = f"model-{i + 1:05d}-of-{n:05d}.safetensors"
        save_file({k: tensors[k] for k in part}, f"{path}/{file}", metadata={"format": "pt"})
        where.update({k: file for k in part})
    json.dump(dict(metadata={}, weight_map=where), open(f"{path}/model.safetensors.index.json", "w"))


def make(family, r, path):
    c, lengths = draw(family, r)
    config = CONFIG_MAPPING[family](**copy.deepcopy(c))
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, **EAGER).eval()
    fill(model, config, r.randrange(1 << 30), r.random() < 0.3)
    if config.tie_word_embeddings:
        model.tie_weights()
    dtype = r.choice([torch.bfloat16, torch.bfloat16, torch.float16, torch.float32])
    model.to(dtype)
    for n, b in model.named_buffers():
        if "e_score" in n and r.random() < 0.7:
            b.data = b.data.float()
    model.config.dtype = dtype
    model.save_pretrained(path)
    if r.random() < 0.25:
        reshard(path, r.randrange(2, 4))
    d = json.load(open(f"{path}/config.json"))
    style = r.choice(["new", "older", "older"])
    if style == "older":
        d = older_spelling(d, family, r)
    if r.random() < 0.5:
        d = without_defaults(d, family, r)
        style += " without defaults"
    json.dump(d, open(f"{path}/config.json", "w"), indent=1)
    return c, lengths, style, dtype


# ------------------------------------------------------------------------------------------- reference


class Traced:
    """Router outputs of a forward pass, by layer."""

    def __init__(self, model):
        self.routers, self.hooks = {}, []
        for n, m in model.named_modules():
            if type(m).__name__.lower().endswith("router"):
                layer = int(n.split("layers.")[1].split(".")[0])
                self.hooks.append(m.register_forward_hook(lambda m, a, out, layer=layer: self.routers.__setitem__(layer, out)))

    def __enter__(self):
        return self

    def __exit__(self, *a):
        for h in self.hooks:
            h.remove()


def reference(model, ids):
    with Traced(model) as t:
        logits = model(input_ids=ids, use_cache=False).logits[0].float()
    out = model(input_ids=ids, use_cache=True)
    past, rows, tokens = out.past_key_values, [out.logits[0, -1]], []
    for i in range(GREEDY):
        tokens.append(int(rows[-1].argmax()))
        if i + 1 < GREEDY:
            out = model(input_ids=torch.tensor([[tokens[-1]]]), past_key_values=past, use_cache=True)
            past = out.past_key_values
            rows.append(out.logits[0, -1])
    return logits, tokens, torch.stack(rows), t.routers


class Double(torch.overrides.TorchFunctionMode):
    """Runs model code that casts to float32 in float64."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is torch.Tensor.float:
            return args[0].double()
        fix = lambda x: torch.float64 if x is torch.float32 else x
        return func(*[fix(a) for a in args], **{k: fix(v) for k, v in (kwargs or {}).items()})


def noise(model, ids, logits):
    """How far float32 is from float64 on this model."""
    with Double():
        torch.set_default_dtype(torch.float64)
        try:
            m = AutoModelForCausalLM.from_config(copy.deepcopy(model.config), **EAGER).double().eval()
        finally:
            torch.set_default_dtype(torch.float32)
        m.load_state_dict({k: v.double() for k, v in model.state_dict().items()})
        if model.config.tie_word_embeddings:
            m.tie_weights()
        return float((m(input_ids=ids, use_cache=False).logits[0] - logits.double()).abs().max())


def forward(program, path, prompts, *flags):
    lines = "".join(json.dumps(dict(name=f"p{i}", input_ids=p, greedy=GREEDY)) + "\n" for i, p in enumerate(prompts))
    out = f"{path}/out.safetensors" if os.path.isdir(path) else f"{path}.out.safetensors"
    run = subprocess.run([program, "forward", "--model", path, "--output", out, *flags], input=lines, text=True, capture_output=True)
    if run.returncode:
        raise RuntimeError(f"exit {run.returncode}: {run.stderr.strip()[-400:]}")
    return load_arrays(out)


def compare(program, path, prompts, model):
    """What differs in float32, as text, empty if nothing does; and the largest difference."""
    got, bad, worst = forward(program, path, prompts, "--precision", "f32", "--trace"), [], 0.0
    for i, p in enumerate(prompts):
        ids = torch.tensor(p)[None]
        logits, tokens, rows, routers = reference(model, ids)
        d = float(np.abs(got[f"p{i}.logits"] - logits.numpy()).max())
        worst = max(worst, d)
        if not d <= 2e-4:
            n = noise(model, ids, logits)
            if not d <= max(2e-4, 10 * n):
                bad.append(f"p{i} logits differ by {d:.3g} (float32's noise {n:.2g}, |logits| {float(logits.abs().max()):.3g})")
        mine = got[f"p{i}.greedy_ids"].tolist()
        if mine != tokens:
            step = next(s for s in range(GREEDY) if mine[s] != tokens[s])
            top = rows[step].topk(2).values
            if float(top[0] - top[1]) > 1e-3:
                bad.append(f"p{i} greedy step {step}: {mine[step]} for {tokens[step]}")
        for layer, (lg, w, index) in routers.items():
            order = index.argsort(-1)
            want, weights = index.gather(-1, order), w.gather(-1, order).float()
            name = f"p{i}.router.{layer}."
            if name + "indices" not in got:
                bad.append(f"{name} missing")
                continue
            same = (torch.tensor(got[name + "indices"]) == want).all(-1)
            if not same.all() and d > 2e-4:
                bad.append(f"{name}indices differ in {int((~same).sum())} tokens")
            elif not same.all():
                bad.append(f"{name}indices differ in {int((~same).sum())} tokens though logits agree")
            dw = (torch.tensor(got[name + "weights"]) - weights).abs()[same]
            if dw.numel() and float(dw.max()) > 1e-4 * max(1, float(weights.abs().max())):
                bad.append(f"{name}weights differ by {float(dw.max()):.3g}")
    return bad, worst


def compare_int8(program, path, prompts, model, int8ref, weights, extra=()):
    """Compares INT8 logits with the emulation's, with replayed routes."""
    ids = torch.tensor(prompts[-1])[None]
    routes = int8ref.routing(model, ids) or None
    flags = ["--kv", "f32", "--smoothing", "0", "--head", "float", "--weights", weights]
    if routes:
        f32 = load_arrays(f"{path}/out.safetensors")
        save_file({k: torch.tensor(v) for k, v in f32.items() if ".router." in k}, f"{path}/routes.safetensors")
        flags += ["--routes", f"{path}/routes.safetensors"]
    scheme = "g128" if weights == "row" else "g128_wg"
    mla = model.config.model_type.startswith("deepseek")
    with int8ref.Quantized(model, scheme, (), ("kv_b_proj",) if mla else ()):
        want = int8ref.run(model, ids, routes)[0]
        got = torch.tensor(forward(program, path, prompts, *flags, *extra)[f"p{len(prompts) - 1}.logits"])
        error = float((got - want).norm() / want.norm())
        allowed = 1e-2
        if error > allowed:
            _, n = int8ref.distances(model, ids, want, routes, 60, 1.2e-7)
            allowed = max(allowed, 2 * n)
    return ([f"int8 {weights}: relative error {error:.3g}, allowed {allowed:.2g}"] if error > allowed else []), error


FAMILIES = ["llama", "qwen2", "qwen3", "granite", "mixtral", "olmoe", "granitemoe", "gpt_oss", "qwen2_moe", "qwen3_moe", "deepseek_v2", "deepseek_v3"]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--family", default=",".join(FAMILIES))
    a.add_argument("--count", type=int, default=10)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--int8", metavar="FIXTURES")
    a.add_argument("--keep", metavar="DIR", help="keep the checkpoints that differ here")
    a.add_argument("--program", default=".build/release/switchyard")
    a = a.parse_args()
    int8ref = None
    if a.int8:
        sys.path.insert(0, a.int8)
        from fixgen import int8ref
    failed = 0
    for family in a.family.split(","):
        worst, worst8, tried = 0.0, 0.0, 0
        for case in range(a.seed, a.seed + a.count):
            r = random.Random(f"{family} {case}")
            path = tempfile.mkdtemp()
            config = None
            try:
                config, lengths, style, dtype = make(family, r, path)
                model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, **EAGER).eval()
                prompts = [[r.randrange(config["vocab_size"]) for _ in range(n)] for n in lengths]
                bad, d = compare(a.program, path, prompts, model)
                worst = max(worst, d)
                if int8ref and not bad:
                    weights = r.choice(["row", "group"])
                    more, e = compare_int8(a.program, path, prompts, model, int8ref, weights)
                    bad += more
                    worst8 = max(worst8, e)
            except Exception as e:
                bad = [f"{type(e).__name__}: {str(e)[-600:]}"]
                if not isinstance(e, RuntimeError) or "exit" not in str(e):
                    bad.append(traceback.format_exc(limit=-3))
            tried += 1
            if bad:
                failed += 1
                print(f"DIFFERS {family} {case} ({style if config else '?'}, {dtype if config else '?'}, prompts {lengths if config else '?'})")
                for b in bad:
                    print("    " + b)
                print("    " + json.dumps(config))
                if a.keep:
                    shutil.copytree(path, f"{a.keep}/{family}-{case}", dirs_exist_ok=True)
            shutil.rmtree(path)
            sys.stdout.flush()
        print(f"{family}: {tried} tried, largest float32 difference {worst:.2g}" + (f", largest INT8 relative error {worst8:.2g}" if int8ref else ""), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
