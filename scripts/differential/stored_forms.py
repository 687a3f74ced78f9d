#!/usr/bin/env python3
"""Compares quantized checkpoints of random shapes with the same models dequantized by hand.

    python scripts/differential/stored_forms.py --fixtures shared/fixtures [--count 10] [--seed 1]
        [--kind compressed_tensors,block_fp8,block_int8,mxfp4] [--program .build/release/switchyard]

The checkpoints are models.py's, stored by the reference fixtures' generator: compressed-tensors
int-quantized with an ignore list of names or patterns, FP8 and INT8 in blocks with ragged edges,
gpt-oss's MXFP4. In float32 the logits must be the dequantized model's; in INT8, of integers, those
of the generator's emulation over the stored integers. Exits 1 where they differ.

Needs what models.py needs.
"""
import argparse, json, os, random, shutil, sys, tempfile, traceback

import models
import torch
from models import *

LLM = ["llama", "qwen2", "qwen3", "mixtral", "olmoe", "qwen2_moe", "qwen3_moe", "deepseek_v2", "deepseek_v3"]


def configuration(kind, case, formats, names, stored, r):
    """quantization_config, sometimes in another of its published spellings."""
    qc = formats.quant_config(case, None, names)
    if kind == "compressed_tensors":
        floats = sorted(n[: -len(".weight")] for n in names if n.endswith(".weight") and n + "_scale" not in stored and "norm" not in n and "embed" not in n)
        style = r.randrange(4)
        if style == 1:
            qc["ignore"] = floats
        if style == 2:
            qc["ignore"] = ["lm_head", "re:.*mlp[.]gate$", r"re:.*block_sparse_moe\.gate", "re:.*shared_expert_gate$"]
        if style == 3:
            qc["ignore"] = ["re:.*lm_head.*", "re:.*gate$"]
            qc["config_groups"]["group_0"]["targets"] = [r"re:.*_proj.*", r"re:.*[.]w\d$"]
        if r.random() < 0.3:
            qc["config_groups"]["group_0"].pop("format", None)
    elif r.random() < 0.3 and kind == "block_fp8":
        qc.update(modules_to_not_convert=["lm_head"], scale_fmt="float")
    return qc


def whole(family, r):
    """Widths that are multiples of MXFP4's 32."""
    c, lengths = draw(family, r)
    for key in ("hidden_size", "intermediate_size"):
        c[key] += -c[key] % 32
    return c, lengths


def one(kind, family, r, path, formats, int8ref, program):
    c, lengths, style, dtype = make(family, r, path)
    if os.path.exists(f"{path}/model.safetensors.index.json"):
        merged = {}
        for f in os.listdir(path):
            if f.endswith(".safetensors"):
                merged.update(load_file(f"{path}/{f}"))
                os.remove(f"{path}/{f}")
        os.remove(f"{path}/model.safetensors.index.json")
        save_file(merged, f"{path}/model.safetensors", metadata={"format": "pt"})
    tensors = load_file(f"{path}/model.safetensors")
    block = r.choice([128, 128, 128, 64, 32]) if kind == "block_fp8" else 128
    case = dict(kind=kind, block=block, scale_dtype=r.choice([torch.bfloat16, torch.float32, torch.float16]))
    stored, plain, integers = formats.quantize(case, tensors)
    save_file(plain, f"{path}/model.safetensors", metadata={"format": "pt"})
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, **EAGER).eval()
    save_file(stored, f"{path}/model.safetensors", metadata={"format": "pt"})
    d = json.load(open(f"{path}/config.json"))
    d["quantization_config"] = configuration(kind, case, formats, list(tensors), stored, r)
    json.dump(d, open(f"{path}/config.json", "w"))
    prompts = [[r.randrange(c["vocab_size"]) for _ in range(n)] for n in lengths]
    bad, worst = compare(program, path, prompts, model)
    error = 0.0
    if integers and not bad:
        flags = ["--kv", "f32", "--weights", "row", "--smoothing", "0", "--head", "float"]
        ids = torch.tensor(prompts[-1])[None]
        routes = int8ref.routing(model, ids) or None
        if routes:
            f32 = load_arrays(f"{path}/out.safetensors")
            save_file({k: torch.tensor(v) for k, v in f32.items() if ".router." in k}, f"{path}/routes.safetensors")
            flags += ["--routes", f"{path}/routes.safetensors"]
        kv_b = ("kv_b_proj",) if family.startswith("deepseek") else ()
        with formats.DiskW8A8(model, integers, block, True, kv_b):
            want = int8ref.run(model, ids, routes)[0]
            got = torch.tensor(forward(program, path, prompts, *flags)[f"p{len(prompts) - 1}.logits"])
            error = float((got - want).norm() / want.norm())
            allowed = 1e-2
            if error > allowed:
                allowed = max(allowed, 2 * int8ref.distances(model, ids, want, routes, 60, 1.2e-7)[1])
            if error > allowed:
                bad.append(f"int8 from the stored integers: relative error {error:.3g}, allowed {allowed:.2g}")
    if bad:
        bad.append(json.dumps(d["quantization_config"])[:900])
        bad.append(json.dumps(c))
    return bad, worst, error


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--fixtures", required=True)
    a.add_argument("--kind", default="compressed_tensors,block_fp8,block_int8,mxfp4")
    a.add_argument("--count", type=int, default=10)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--keep", metavar="DIR")
    a.add_argument("--program", default=".build/release/switchyard")
    a = a.parse_args()
    sys.path.insert(0, a.fixtures)
    from fixgen import formats, int8ref
    failed = 0
    for kind in a.kind.split(","):
        worst, worst8 = 0.0, 0.0
        for case in range(a.seed, a.seed + a.count):
            r = random.Random(f"{kind} {case}")
            family = "gpt_oss" if kind == "mxfp4" else r.choice(LLM)
            path = tempfile.mkdtemp()
            models.draw = whole if kind == "mxfp4" else draw
            try:
                bad, d, e = one(kind, family, r, path, formats, int8ref, a.program)
                worst, worst8 = max(worst, d), max(worst8, e)
            except Exception as e:
                bad = [f"{type(e).__name__}: {str(e)[-600:]}", traceback.format_exc(limit=-2)]
            if bad:
                failed += 1
                print(f"DIFFERS {kind} {family} {case}\n    " + "\n    ".join(bad), flush=True)
                if a.keep:
                    shutil.copytree(path, f"{a.keep}/{kind}-{case}", dirs_exist_ok=True)
            shutil.rmtree(path)
        print(f"{kind}: {a.count} tried, largest float32 difference {worst:.2g}, largest INT8 relative error {worst8:.2g}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
