#!/usr/bin/env python3
"""Checks the program against itself on random tiny checkpoints, and what it writes against others.

    python scripts/differential/commands.py [--family …] [--count 4] [--seed 1]
        [--program .build/release/switchyard]

For each checkpoint of models.py: INT8 logits must be the same bits on one thread and two and with
every instruction set, and from a pack written with the same options; `quantize` must write a
checkpoint that compressed-tensors decodes to a model with the program's float32 logits, and that
transformers loads where it can (5.23 loads no such mixture of experts); `inspect` must work.

Needs what models.py needs, and compressed-tensors.
"""
import argparse, json, os, random, shutil, subprocess, sys, tempfile, traceback

from models import *


def run(program, *flags):
    p = subprocess.run([program, *flags], text=True, capture_output=True)
    if p.returncode:
        raise RuntimeError(f"{flags[0]}: exit {p.returncode}: {p.stderr.strip()[-400:]}")
    return p.stdout


def cpus():
    flags = open("/proc/cpuinfo").read()
    return ["scalar"] + ["avx2"] * ("avx2" in flags) + ["avxvnni"] * ("avx_vnni" in flags) + ["avx512vnni"] * ("avx512_vnni" in flags)


def one(family, r, path, program):
    bad = []
    c, lengths, style, dtype = make(family, r, path)
    prompts = [[r.randrange(c["vocab_size"]) for _ in range(n)] for n in lengths]
    weights, head, smoothing, kv = r.choice(["row", "group"]), r.choice(["float", "bf16", "int8"]), r.choice(["0", "0.5"]), r.choice(["bf16", "f16", "f32", "int8"])
    shape = ["--weights", weights, "--head", head, "--smoothing", "0"]
    base = forward(program, path, prompts, *shape, "--kv", kv, "--threads", "1")
    for flags in [["--threads", "2"]] + [["--cpu-isa", isa] for isa in cpus()]:
        other = forward(program, path, prompts, *shape, "--kv", kv, *flags)
        if any(not np.array_equal(base[k], other[k]) for k in base):
            bad.append(f"{shape} {kv} with {flags}: other bits")
    run(program, "pack", "--model", path, "--output", f"{path}/m.switchyard", *shape)
    lines = "".join(json.dumps(dict(name=f"p{i}", input_ids=p, greedy=GREEDY)) + "\n" for i, p in enumerate(prompts))
    p = subprocess.run([program, "forward", "--model", f"{path}/m.switchyard", "--output", f"{path}/pack.safetensors", "--kv", kv], input=lines, text=True, capture_output=True)
    if p.returncode:
        bad.append(f"pack does not run: {p.stderr.strip()[-300:]}")
    else:
        other = load_arrays(f"{path}/pack.safetensors")
        if any(not np.array_equal(base[k], other[k]) for k in base):
            bad.append(f"pack {shape}: other bits, by {max(float(np.abs(base[k] - other[k]).max()) for k in base)}")
    run(program, "inspect", "--model", path, "--json")
    run(program, "inspect", "--model", f"{path}/m.switchyard", "--json")
    # quantize
    folder = f"{path}/channel"
    try:
        run(program, "quantize", "--model", path, "--output", folder, "--smoothing", "0")
    except RuntimeError as e:
        if "no INT8 form" in str(e) or "support" in str(e):
            return bad, f"quantize refuses: {str(e)[-150:]}"
        raise
    flags = ["--weights", "row", "--head", "float", "--smoothing", "0", "--kv", "f32"]
    if style_of(path) != style_of(folder):
        bad.append("quantize changed the configuration")
    mine, theirs = forward(program, path, prompts, *flags), forward(program, folder, prompts, *flags)
    # Scales are rounded to bf16, and the integers made for those.
    error = max(float(np.linalg.norm(mine[k] - theirs[k]) / np.linalg.norm(mine[k])) for k in mine if k.endswith(".logits"))
    model = plain(folder, f"{path}/plain")
    more, _ = compare(program, folder, prompts, model)
    bad += more
    if family in ("llama", "qwen2", "qwen3", "granite"):
        try:
            # Its own loader decodes to bf16.
            from transformers.utils.quantization_config import CompressedTensorsConfig
            theirs = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, quantization_config=CompressedTensorsConfig(dequantize=True), **EAGER).state_dict()
            wrong = [n for n, t in model.state_dict().items() if not torch.equal(theirs[n].float(), t) and not torch.equal(theirs[n].float(), t.bfloat16().float())]
            if wrong:
                bad.append(f"transformers reads other weights: {wrong[:4]}")
        except Exception as e:
            bad.append(f"transformers does not load it: {str(e)[:300]}")
    return bad, f"INT8 of the quantized checkpoint is within {error:.2g} of the original's" if error > 0.2 else None


def style_of(folder):
    d = json.load(open(f"{folder}/config.json"))
    return {k: v for k, v in d.items() if k not in ("quantization_config", "architectures", "dtype", "torch_dtype", "transformers_version", "hidden_act")}


def plain(folder, path):
    """The checkpoint decoded by compressed-tensors, as transformers loads it."""
    from compressed_tensors.quantization import QuantizationArgs
    from compressed_tensors.quantization.lifecycle.forward import dequantize
    os.makedirs(path)
    tensors = {}
    for f in os.listdir(folder):
        if f.endswith(".safetensors"):
            tensors.update(load_file(f"{folder}/{f}"))
    d = json.load(open(f"{folder}/config.json"))
    group = next(iter(d.pop("quantization_config")["config_groups"].values()))
    arguments = QuantizationArgs(**group["weights"])
    floats = {n: dequantize(t, tensors[n + "_scale"].float(), args=arguments, dtype=torch.float32) if n + "_scale" in tensors else t.float()
              for n, t in tensors.items() if not n.endswith("_scale")}
    save_file({n: t.contiguous() for n, t in floats.items()}, f"{path}/model.safetensors", metadata={"format": "pt"})
    json.dump(d, open(f"{path}/config.json", "w"))
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, **EAGER).eval()


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--family", default=",".join(FAMILIES))
    a.add_argument("--count", type=int, default=4)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--keep", metavar="DIR")
    a.add_argument("--program", default=".build/release/switchyard")
    a = a.parse_args()
    failed = 0
    for family in a.family.split(","):
        notes = []
        for case in range(a.seed, a.seed + a.count):
            r = random.Random(f"commands {family} {case}")
            path = tempfile.mkdtemp()
            try:
                bad, note = one(family, r, path, a.program)
                if note:
                    notes.append(note)
            except Exception as e:
                bad = [f"{type(e).__name__}: {str(e)[-600:]}", traceback.format_exc(limit=-2)]
            if bad:
                failed += 1
                print(f"DIFFERS {family} {case}\n    " + "\n    ".join(bad), flush=True)
                if a.keep:
                    shutil.copytree(path, f"{a.keep}/commands-{family}-{case}", dirs_exist_ok=True)
            shutil.rmtree(path)
        print(f"{family}: {a.count} tried" + "".join(f"\n    {n}" for n in sorted(set(notes))), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
