#!/usr/bin/env python3
"""Makes models/tiny: a Mixtral with random weights, small enough to commit, that runs the whole
path where the default model cannot be had. Its answers make no sense; they are words all the same.

    python3 scripts/make_tiny.py [--output models/tiny]

Needs numpy alone. The same script and LICENSE give the same bytes on any machine: the weights come
from a counter-based generator, the tokenizer is byte-level BPE trained on LICENSE.
"""
import argparse
import collections
import json
import pathlib
import re
import struct

import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEED = 20240
VOCABULARY = 512
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
HIDDEN, INNER, LAYERS, EXPERTS, TOP_K = 64, 144, 2, 4, 2
HEADS, KV_HEADS, HEAD_DIM, CONTEXT = 4, 2, 16, 1024

# GPT-2's words: contractions, letters, digits, the rest, white space.
GPT2_WORDS = (
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
)
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content']"
    " + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def byte_characters():
    """GPT-2's printable character for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    characters = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in characters:
            characters[byte] = chr(256 + len(characters) - len(printable))
    return characters


def train_tokenizer(text):
    """Tokens by id, and merges in order. Ties go to the pair that sorts first."""
    characters = byte_characters()
    # The text is ASCII, for which this is GPT-2's pattern.
    found = re.findall(r" ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+", text)
    words = collections.Counter(
        tuple(characters[byte] for byte in word.encode()) for word in found
    )
    tokens = [characters[byte] for byte in range(256)]
    merges = []
    while len(tokens) < VOCABULARY - len(SPECIAL):
        pairs = collections.Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        if best[0] + best[1] not in tokens:
            tokens.append(best[0] + best[1])
        merged = collections.Counter()
        for word, count in words.items():
            parts = []
            for part in word:
                if parts and (parts[-1], part) == best:
                    parts[-1] += part
                else:
                    parts.append(part)
            merged[tuple(parts)] += count
        words = merged
    return tokens, merges


def tokenizer_files(tokens, merges):
    added = [
        {
            "id": len(tokens) + index, "content": text, "single_word": False, "lstrip": False,
            "rstrip": False, "normalized": False, "special": True,
        }
        for index, text in enumerate(SPECIAL)
    ]
    byte_level = {
        "type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False,
    }
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {
                    "type": "Split", "pattern": {"Regex": GPT2_WORDS}, "behavior": "Isolated",
                    "invert": False,
                },
                byte_level,
            ],
        },
        "post_processor": byte_level, "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None,
            "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False,
            "byte_fallback": False, "ignore_merges": False,
            "vocab": {token: index for index, token in enumerate(tokens)},
            "merges": [f"{left} {right}" for left, right in merges],
        },
    }
    configuration = {
        "add_bos_token": False, "bos_token": None, "eos_token": "<|im_end|>",
        "clean_up_tokenization_spaces": False, "model_max_length": CONTEXT,
        "tokenizer_class": "PreTrainedTokenizerFast", "chat_template": CHAT_TEMPLATE,
    }
    return tokenizer, configuration


def model_configuration():
    return {
        "architectures": ["MixtralForCausalLM"], "model_type": "mixtral",
        "attention_dropout": 0.0, "bos_token_id": None, "eos_token_id": VOCABULARY - 1,
        "head_dim": HEAD_DIM, "hidden_act": "silu", "hidden_size": HIDDEN,
        "intermediate_size": INNER, "max_position_embeddings": CONTEXT,
        "num_attention_heads": HEADS, "num_experts_per_tok": TOP_K, "num_hidden_layers": LAYERS,
        "num_key_value_heads": KV_HEADS, "num_local_experts": EXPERTS, "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0, "sliding_window": None, "tie_word_embeddings": False,
        "torch_dtype": "bfloat16", "vocab_size": VOCABULARY,
    }


def weights(tokens):
    """Tensors by name, float32, in the order of the file."""
    generator = numpy.random.Generator(numpy.random.Philox(SEED))

    def uniform(*shape, gain=1.0):
        # Variance gain^2 / inputs. Only additions and products: the same bits everywhere.
        integers = generator.integers(-(1 << 15), 1 << 15, size=shape)
        scale = gain * (3.0 / shape[-1]) ** 0.5 / (1 << 15)
        return ((integers + 0.5) * scale).astype(numpy.float32)

    def ones(count):
        return numpy.ones(count, numpy.float32)

    yield "model.embed_tokens.weight", uniform(VOCABULARY, HIDDEN, gain=8.0)
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        yield prefix + "input_layernorm.weight", ones(HIDDEN)
        attention = prefix + "self_attn."
        yield attention + "q_proj.weight", uniform(HEADS * HEAD_DIM, HIDDEN, gain=2.0)
        yield attention + "k_proj.weight", uniform(KV_HEADS * HEAD_DIM, HIDDEN, gain=2.0)
        yield attention + "v_proj.weight", uniform(KV_HEADS * HEAD_DIM, HIDDEN, gain=2.0)
        yield attention + "o_proj.weight", uniform(HIDDEN, HEADS * HEAD_DIM, gain=2.0)
        yield prefix + "post_attention_layernorm.weight", ones(HIDDEN)
        moe = prefix + "block_sparse_moe."
        yield moe + "gate.weight", uniform(EXPERTS, HIDDEN)
        for expert in range(EXPERTS):
            place = f"{moe}experts.{expert}."
            yield place + "w1.weight", uniform(INNER, HIDDEN, gain=1.5)
            yield place + "w2.weight", uniform(HIDDEN, INNER, gain=1.5)
            yield place + "w3.weight", uniform(INNER, HIDDEN, gain=1.5)
    yield "model.norm.weight", ones(HIDDEN)
    head = uniform(VOCABULARY, HIDDEN, gain=4.0)
    # Words are likely; pieces of words, bytes of other scripts and special tokens are unlikely.
    for index in range(VOCABULARY):
        text = tokens[index] if index < len(tokens) else ""
        if not re.fullmatch(r"Ġ[A-Za-z]+", text):
            head[index] /= 8
    yield "lm_head.weight", head


def bfloat16(values):
    """Rounded half to even, as the upper 16 bits."""
    bits = values.view(numpy.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def write_safetensors(path, tensors):
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, values in tensors:
        blob = bfloat16(values).tobytes()
        header[name] = {
            "dtype": "BF16", "shape": list(values.shape),
            "data_offsets": [offset, offset + len(blob)],
        }
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description="Makes models/tiny.")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "models" / "tiny")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    tokens, merges = train_tokenizer((ROOT / "LICENSE").read_text(encoding="ascii"))
    tokenizer, tokenizer_configuration = tokenizer_files(tokens, merges)
    write_json(output / "tokenizer.json", tokenizer)
    write_json(output / "tokenizer_config.json", tokenizer_configuration)
    write_json(output / "config.json", model_configuration())
    write_json(
        output / "generation_config.json",
        {"eos_token_id": [VOCABULARY - 1, VOCABULARY - 3], "temperature": 1.0},
    )
    write_safetensors(output / "model.safetensors", weights(tokens))


if __name__ == "__main__":
    main()
