"""Writes moe-1b: a Mixture-of-Experts model with random weights and the shape of a real one, as a
Hugging Face folder in bf16 and as a GGUF file in Q8_0, from the same numbers.

    random_moe.py --tokenizer MODEL.gguf --folder FOLDER --gguf FILE

The shape is that of granite-3.0-1b-a400m (24 layers, 32 experts, top-8), in Qwen3-MoE's form, which
every peer reads: 1.385 B parameters, of which 0.43 B are active for a token. The tokenizer is that
of the GGUF file. Each tensor is drawn from a seed of its own name, so the same numbers come out at
every run. They are rounded to bf16 before anything is written; Q8_0 is quantized from those.

Needs the packages numpy and gguf, and memory for a few times the largest tensor.
"""

import argparse
import dataclasses
import hashlib
import json
import math
import os
import struct

import gguf
import numpy

SEED = 1
LAYERS = 24
HIDDEN = 1024
HEADS = 16
KEY_VALUE_HEADS = 8
HEAD = 64
EXPERTS = 32
EXPERTS_PER_TOKEN = 8
INNER = 512
CONTEXT = 8192
ROPE_BASE = 10000.0
EPSILON = 1e-6
# Rows that are quantized at once, which bounds the memory that this takes.
ROWS = 4096


@dataclasses.dataclass(frozen=True)
class Weight:
    """One tensor of the GGUF file, and the tensors of the folder that hold the same numbers."""

    gguf: str
    names: tuple  # one, or one for each expert
    shape: tuple  # of the GGUF tensor; with several names the first dimension is the expert
    deviation: float
    mean: float = 0.0
    float32: bool = False  # norms and routers, which GGUF files keep in float32

    @property
    def part(self):
        """The shape of each named tensor."""
        return self.shape if len(self.names) == 1 else self.shape[1:]

    def draw(self):
        """The numbers as float32 that bf16 can hold."""
        digest = hashlib.sha256(f"{SEED}:{self.names[0]}".encode()).digest()
        generator = numpy.random.SFC64(int.from_bytes(digest[:16], "little"))
        values = numpy.random.Generator(generator).standard_normal(self.shape, numpy.float32)
        values *= numpy.float32(self.deviation)
        if self.mean:
            values += numpy.float32(self.mean)
        bits = values.view(numpy.uint32)
        bits += ((bits >> 16) & 1) + numpy.uint32(0x7FFF)
        bits &= numpy.uint32(0xFFFF0000)
        return values


def layer_weights(layer):
    """The weights of a layer, whose outputs keep the scale of their inputs."""
    prefix, block = f"model.layers.{layer}.", f"blk.{layer}."
    residual = 1 / math.sqrt(2 * LAYERS)
    queries, keys = HEADS * HEAD, KEY_VALUE_HEADS * HEAD

    def norm(name, gguf_name, width):
        return Weight(block + gguf_name, (prefix + name,), (width,), 0.1, mean=1.0, float32=True)

    def linear(name, gguf_name, outputs, inputs, gain=1.0, float32=False):
        deviation = gain / math.sqrt(inputs)
        return Weight(
            block + gguf_name, (prefix + name,), (outputs, inputs), deviation, float32=float32)

    def experts(name, outputs, inputs, gain=1.0):
        names = tuple(f"{prefix}mlp.experts.{e}.{name}_proj.weight" for e in range(EXPERTS))
        deviation = gain / math.sqrt(inputs)
        return Weight(
            f"{block}ffn_{name}_exps.weight", names, (EXPERTS, outputs, inputs), deviation)

    return [
        norm("input_layernorm.weight", "attn_norm.weight", HIDDEN),
        linear("self_attn.q_proj.weight", "attn_q.weight", queries, HIDDEN),
        linear("self_attn.k_proj.weight", "attn_k.weight", keys, HIDDEN),
        linear("self_attn.v_proj.weight", "attn_v.weight", keys, HIDDEN),
        norm("self_attn.q_norm.weight", "attn_q_norm.weight", HEAD),
        norm("self_attn.k_norm.weight", "attn_k_norm.weight", HEAD),
        linear("self_attn.o_proj.weight", "attn_output.weight", HIDDEN, queries, 2 * residual),
        norm("post_attention_layernorm.weight", "ffn_norm.weight", HIDDEN),
        linear("mlp.gate.weight", "ffn_gate_inp.weight", EXPERTS, HIDDEN, 1.5, float32=True),
        experts("gate", INNER, HIDDEN),
        experts("up", INNER, HIDDEN),
        experts("down", HIDDEN, INNER, 4 * residual),
    ]


def all_weights(vocabulary):
    head = 3 / math.sqrt(HIDDEN)
    weights = [
        Weight("token_embd.weight", ("model.embed_tokens.weight",), (vocabulary, HIDDEN), 1.0)]
    for layer in range(LAYERS):
        weights += layer_weights(layer)
    weights.append(Weight(
        "output_norm.weight", ("model.norm.weight",), (HIDDEN,), 0.1, mean=1.0, float32=True))
    weights.append(Weight("output.weight", ("lm_head.weight",), (vocabulary, HIDDEN), head))
    return weights


class Tokenizer:
    """What a GGUF file says of its tokenizer."""

    def __init__(self, path):
        fields = gguf.GGUFReader(path).fields

        def field(name):
            return fields[f"tokenizer.{name}"].contents()

        self.tokens = field("ggml.tokens")
        self.types = field("ggml.token_type")
        self.merges = field("ggml.merges")
        self.splitter = field("ggml.pre")
        self.begin = field("ggml.bos_token_id")
        self.end = field("ggml.eos_token_id")
        self.unknown = field("ggml.unknown_token_id")
        self.padding = field("ggml.padding_token_id")
        self.template = field("chat_template")

    def write_folder(self, folder):
        byte_level = {"type": "ByteLevel", "trim_offsets": True, "use_regex": True}
        special = [index for index, kind in enumerate(self.types) if kind == 3]
        plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
        write_json(folder, "tokenizer.json", {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [
                {"id": index, "content": self.tokens[index], **plain, "special": True}
                for index in special],
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Digits", "individual_digits": True},
                {**byte_level, "add_prefix_space": False}]},
            "post_processor": None,
            "decoder": {**byte_level, "add_prefix_space": True},
            "model": {
                "type": "BPE", "dropout": None, "unk_token": None,
                "continuing_subword_prefix": None, "end_of_word_suffix": None,
                "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                "vocab": {token: index for index, token in enumerate(self.tokens)},
                "merges": self.merges},
        })
        write_json(folder, "tokenizer_config.json", {
            "tokenizer_class": "GPT2Tokenizer", "model_max_length": CONTEXT,
            "add_prefix_space": False, "clean_up_tokenization_spaces": False,
            "bos_token": self.tokens[self.begin], "eos_token": self.tokens[self.end],
            "unk_token": self.tokens[self.unknown], "pad_token": self.tokens[self.padding],
            "chat_template": self.template,
        })
        write_json(folder, "generation_config.json", {
            "bos_token_id": self.begin, "eos_token_id": self.end})

    def write_gguf(self, writer):
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(self.splitter)
        writer.add_token_list(self.tokens)
        writer.add_token_types(self.types)
        writer.add_token_merges(self.merges)
        writer.add_bos_token_id(self.begin)
        writer.add_eos_token_id(self.end)
        writer.add_unk_token_id(self.unknown)
        writer.add_pad_token_id(self.padding)
        writer.add_add_bos_token(False)
        writer.add_chat_template(self.template)


def write_json(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)


def write_configuration(folder, tokenizer):
    write_json(folder, "config.json", {
        "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe",
        "vocab_size": len(tokenizer.tokens), "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "num_key_value_heads": KEY_VALUE_HEADS, "head_dim": HEAD,
        "num_experts": EXPERTS, "num_experts_per_tok": EXPERTS_PER_TOKEN,
        "moe_intermediate_size": INNER, "intermediate_size": INNER * EXPERTS_PER_TOKEN,
        "norm_topk_prob": True, "decoder_sparse_step": 1, "mlp_only_layers": [],
        "router_aux_loss_coef": 0.001, "output_router_logits": False,
        "use_sliding_window": False, "sliding_window": None,
        "max_position_embeddings": CONTEXT, "rope_theta": ROPE_BASE, "rope_scaling": None,
        "rms_norm_eps": EPSILON, "hidden_act": "silu", "tie_word_embeddings": False,
        "attention_bias": False, "attention_dropout": 0.0, "initializer_range": 0.02,
        "use_cache": True, "torch_dtype": "bfloat16",
        "bos_token_id": tokenizer.begin, "eos_token_id": tokenizer.end,
    })


def open_safetensors(folder, weights):
    """Writes the header; the tensors follow in the order of `weights`."""
    header, offset = {}, 0
    for weight in weights:
        size = 2 * math.prod(weight.part)
        for name in weight.names:
            header[name] = {
                "dtype": "BF16", "shape": list(weight.part),
                "data_offsets": [offset, offset + size]}
            offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file = open(os.path.join(folder, "model.safetensors"), "wb")
    file.write(struct.pack("<Q", len(text)) + text)
    return file


def open_gguf(path, tokenizer, weights):
    """Writes everything before the tensors, which follow in the order of `weights`."""
    writer = gguf.GGUFWriter(path, "qwen3moe")
    writer.add_name("moe-1b")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_VALUE_HEADS)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_vocab_size(len(tokenizer.tokens))
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(EXPERTS_PER_TOKEN)
    writer.add_expert_feed_forward_length(INNER)
    writer.add_feed_forward_length(INNER * EXPERTS_PER_TOKEN)
    tokenizer.write_gguf(writer)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    for weight in weights:
        count = math.prod(weight.shape)
        if weight.float32:
            kind = numpy.dtype(numpy.float32)
            writer.add_tensor_info(weight.gguf, weight.shape, kind, 4 * count)
        else:
            # Blocks of 32 numbers take 34 bytes.
            shape = (*weight.shape[:-1], weight.shape[-1] // 32 * 34)
            writer.add_tensor_info(
                weight.gguf, shape, numpy.dtype(numpy.uint8), math.prod(shape),
                raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    return writer


def quantized(values):
    rows = values.reshape(-1, values.shape[-1])
    return numpy.concatenate([
        gguf.quants.quantize(rows[first:first + ROWS], gguf.GGMLQuantizationType.Q8_0)
        for first in range(0, len(rows), ROWS)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tokenizer", required=True, help="a GGUF file with a byte-level BPE")
    parser.add_argument("--folder", required=True, help="the folder to write, in bf16")
    parser.add_argument("--gguf", required=True, help="the GGUF file to write, in Q8_0")
    arguments = parser.parse_args()

    tokenizer = Tokenizer(arguments.tokenizer)
    weights = all_weights(len(tokenizer.tokens))
    os.makedirs(arguments.folder, exist_ok=True)
    write_configuration(arguments.folder, tokenizer)
    tokenizer.write_folder(arguments.folder)
    writer = open_gguf(arguments.gguf, tokenizer, weights)
    with open_safetensors(arguments.folder, weights) as file:
        for weight in weights:
            values = weight.draw()
            (values.view(numpy.uint32) >> 16).astype(numpy.uint16).tofile(file)
            writer.write_tensor_data(values if weight.float32 else quantized(values))
    writer.close()


if __name__ == "__main__":
    main()
