#!/usr/bin/env python3
"""Compares the program on GGUF files of random shapes with transformers on the same weights.

    python scripts/differential/gguf_files.py [--count 10] [--seed 1] [--program .build/release/switchyard]

The checkpoints are models.py's, written with the gguf package under llama.cpp's names and orders, in
types that it quantizes; the reference computes from what it dequantizes. About half of the files are in
two to four parts, of which the last is named. Exits 1 where they differ.

Needs what models.py needs, and gguf.
"""
import argparse, glob, json, random, shutil, sys, tempfile, traceback

import gguf
from gguf import GGMLQuantizationType as Type
from gguf.quants import dequantize, quantize

from models import *

ARCHITECTURES = dict(llama="llama", mixtral="llama", qwen2="qwen2", qwen3="qwen3", qwen3_moe="qwen3moe", deepseek_v2="deepseek2", deepseek_v3="deepseek2")
NAMES = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
         "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "mlp.gate": "ffn_gate_inp",
         "self_attn.q_a_proj": "attn_q_a", "self_attn.q_a_layernorm": "attn_q_a_norm", "self_attn.q_b_proj": "attn_q_b", "self_attn.kv_a_proj_with_mqa": "attn_kv_a_mqa", "self_attn.kv_a_layernorm": "attn_kv_a_norm",
         "self_attn.kv_b_proj": "attn_kv_b", "mlp.shared_experts.gate_proj": "ffn_gate_shexp", "mlp.shared_experts.up_proj": "ffn_up_shexp", "mlp.shared_experts.down_proj": "ffn_down_shexp"}


def permute(w, heads):
    return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def store(writer, r, name, values, only_float=False):
    """Writes a tensor in a randomly chosen type; returns the numbers that it dequantizes to."""
    values = np.ascontiguousarray(values, np.float32)
    types = ["F32", "F16", "BF16"] + ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"] * (values.shape[-1] % 32 == 0)
    t = "F32" if only_float or values.ndim < 2 else r.choice(types)
    if t == "F32":
        writer.add_tensor(name, values)
        return values
    if t == "F16":
        writer.add_tensor(name, values.astype(np.float16))
        return values.astype(np.float16).astype(np.float32)
    raw = quantize(values, Type[t])
    writer.add_tensor(name, raw, raw_dtype=Type[t])
    return dequantize(raw, Type[t]).reshape(values.shape).astype(np.float32)


def write(path, family, c, config, model, r):
    """Writes the model and returns the path to name."""
    architecture = ARCHITECTURES[family]
    tensors = r.choice([0, 0, 4, 9]) and max(1, len(model.state_dict()) // r.randint(2, 4))
    w = gguf.GGUFWriter(path, architecture, split_max_tensors=tensors, small_first_shard=bool(tensors) and r.random() < 0.5)
    w.add_context_length(c["max_position_embeddings"]); w.add_embedding_length(config.hidden_size); w.add_block_count(config.num_hidden_layers)
    w.add_feed_forward_length(config.intermediate_size); w.add_head_count(config.num_attention_heads); w.add_layer_norm_rms_eps(config.rms_norm_eps); w.add_vocab_size(config.vocab_size)
    rope = config.rope_parameters
    w.add_rope_freq_base(rope["rope_theta"])
    heads, kv = config.num_attention_heads, getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    if architecture != "deepseek2":
        w.add_head_count_kv(kv)
        head = getattr(config, "head_dim", None) or config.hidden_size // heads
        if head != config.hidden_size // heads or r.random() < 0.5:
            w.add_key_length(head); w.add_value_length(head)
        w.add_rope_dimension_count(head)
    else:
        w.add_head_count_kv(heads)
        w.add_key_length(config.qk_nope_head_dim + config.qk_rope_head_dim); w.add_value_length(config.v_head_dim); w.add_rope_dimension_count(config.qk_rope_head_dim)
        if config.q_lora_rank:
            w.add_q_lora_rank(config.q_lora_rank)
        w.add_kv_lora_rank(config.kv_lora_rank); w.add_expert_count(config.n_routed_experts); w.add_expert_used_count(config.num_experts_per_tok); w.add_expert_feed_forward_length(config.moe_intermediate_size)
        w.add_expert_shared_count(config.n_shared_experts); w.add_leading_dense_block_count(config.first_k_dense_replace); w.add_expert_weights_scale(config.routed_scaling_factor)
        v3 = family == "deepseek_v3"
        w.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID if v3 else gguf.ExpertGatingFuncType.SOFTMAX)
        w.add_expert_weights_norm(bool(config.norm_topk_prob) if v3 else False)
        if v3 or config.topk_method != "greedy":
            w.add_expert_group_count(config.n_group); w.add_expert_group_used_count(config.topk_group)
    if family in ("mixtral", "qwen3_moe"):
        w.add_expert_count(getattr(config, "num_local_experts", None) or config.num_experts); w.add_expert_used_count(config.num_experts_per_tok)
        if family == "qwen3_moe":
            w.add_expert_feed_forward_length(config.moe_intermediate_size)
    if rope["rope_type"] == "linear":
        w.add_rope_scaling_type(gguf.RopeScalingType.LINEAR); w.add_rope_scaling_factor(rope["factor"])
    if rope["rope_type"] == "yarn":
        w.add_rope_scaling_type(gguf.RopeScalingType.YARN); w.add_rope_scaling_factor(rope["factor"]); w.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        if rope.get("mscale_all_dim"):
            w.add_rope_scaling_yarn_log_mul(0.1 * rope["mscale_all_dim"])
    w.add_tokenizer_model("gpt2"); w.add_tokenizer_pre("gpt-2"); w.add_token_list([f"t{i}" for i in range(config.vocab_size)]); w.add_token_types([1] * config.vocab_size); w.add_token_merges([])
    w.add_eos_token_id(0)
    state = {k: v.float().numpy() for k, v in model.state_dict().items()}
    out = {}
    for name, values in state.items():
        if name == "model.embed_tokens.weight":
            out[name] = store(w, r, "token_embd.weight", values)
        elif name == "lm_head.weight":
            out[name] = out["model.embed_tokens.weight"] if config.tie_word_embeddings else store(w, r, "output.weight", values)
        elif name == "model.norm.weight":
            out[name] = store(w, r, "output_norm.weight", values)
        else:
            layer, rest = name[len("model.layers."):].split(".", 1)
            block = f"blk.{layer}."
            if rest.endswith("e_score_correction_bias"):
                out[name] = store(w, r, block + "exp_probs_b.bias", values)
            elif rest.endswith("experts.gate_up_proj"):
                half = values.shape[1] // 2
                out[name] = np.concatenate([store(w, r, block + "ffn_gate_exps.weight", values[:, :half]), store(w, r, block + "ffn_up_exps.weight", values[:, half:])], 1)
            elif rest.endswith("experts.down_proj"):
                out[name] = store(w, r, block + "ffn_down_exps.weight", values)
            else:
                base, kind = rest.rsplit(".", 1)
                n = heads if base.endswith("q_proj") else kv if base.endswith("k_proj") else 0
                if architecture == "llama" and n:
                    p = store(w, r, f"{block}{NAMES[base]}.{kind}", permute(values, n))
                    out[name] = p.reshape(n, p.shape[0] // n // 2, 2, *p.shape[1:]).swapaxes(1, 2).reshape(p.shape)
                else:
                    out[name] = store(w, r, f"{block}{NAMES[base]}.{kind}", values, only_float=base.endswith("mlp.gate"))
    if rope["rope_type"] == "llama3":
        plain = 1 / (rope["rope_theta"] ** (np.arange(0, head, 2, dtype=np.float32) / head))
        w.add_tensor("rope_freqs.weight", (plain / model.model.rotary_emb.inv_freq.numpy()).astype(np.float32))
    w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
    model.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in out.items()})
    return max(glob.glob(path.replace(".gguf", "*.gguf")))


def usable(family, c):
    """Whether GGUF and llama.cpp's architecture can express this configuration."""
    rope = c["rope_parameters"]
    if rope["rope_type"] == "yarn" and (rope.get("attention_factor") or "beta_fast" in rope or "truncate" in rope):
        return False
    if family.startswith("deepseek"):
        if rope["rope_type"] == "llama3" or c["attention_bias"] or c.get("rope_interleave") is False or c["first_k_dense_replace"] > c["num_hidden_layers"]:
            return False
        if rope["rope_type"] == "yarn" and (rope.get("mscale") != rope.get("mscale_all_dim") or not rope.get("mscale")):
            return False
    elif rope["rope_type"] == "yarn" and "mscale" in rope:
        return False
    if rope["rope_type"] == "llama3" and family not in ("llama", "mixtral"):
        return False
    if c.get("use_sliding_window") or c.get("sliding_window") or c.get("layer_types"):
        return False
    if family in ("qwen3", "qwen3_moe") and c["attention_bias"]:
        return False
    if family == "qwen3_moe" and (not c["norm_topk_prob"] or c["decoder_sparse_step"] != 1 or c["mlp_only_layers"]):
        return False
    return True


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--family", default=",".join(ARCHITECTURES))
    a.add_argument("--count", type=int, default=10)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--program", default=".build/release/switchyard")
    a = a.parse_args()
    failed = 0
    for family in a.family.split(","):
        worst, tried, case = 0.0, 0, a.seed
        while tried < a.count and case < a.seed + 60 * a.count:
            r = random.Random(f"gguf {family} {case}")
            c, lengths = draw(family, r)
            case += 1
            if not usable(family, c):
                continue
            tried += 1
            path = tempfile.mkdtemp()
            try:
                config = CONFIG_MAPPING[family](**copy.deepcopy(c))
                model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, **EAGER).eval()
                fill(model, config, case, False)
                if config.tie_word_embeddings:
                    model.tie_weights()
                file = write(f"{path}/m.gguf", family, c, config, model, r)
                prompts = [[r.randrange(c["vocab_size"]) for _ in range(n)] for n in lengths]
                bad, d = compare(a.program, file, prompts, model)
                worst = max(worst, d)
            except Exception as e:
                bad = [f"{type(e).__name__}: {str(e)[-500:]}"] + ([] if "exit" in str(e) else [traceback.format_exc(limit=-2)])
            if bad:
                failed += 1
                print(f"DIFFERS {family} {case - 1}\n    " + "\n    ".join(bad) + "\n    " + json.dumps(c), flush=True)
            shutil.rmtree(path)
        print(f"{family}: {tried} tried, largest float32 difference {worst:.2g}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
