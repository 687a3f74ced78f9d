"""Writes the seeds of a fuzzer: seeds.py PARSER FOLDER. Most are fixtures of the tests. If those
are too large, small ones are made here."""

import json
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTS = ROOT / "Tests"
LARGEST = 20_000


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def files(pattern):
    return [path.read_bytes() for path in sorted(TESTS.glob(pattern))]


def safetensors_file(tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, shape, content) in tensors.items():
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += content
    text = compact(header)
    return struct.pack("<Q", len(text)) + text + data


def safetensors():
    numbers = bytes(range(256))
    sizes = {
        "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "I64": 8, "I32": 4,
        "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1,
    }  # fmt: skip
    types = {name.lower(): (name, [2, 2], numbers[: 4 * size]) for name, size in sizes.items()}
    yield safetensors_file(types)
    yield safetensors_file({}, {"format": "pt"})
    yield safetensors_file({"scalar": ("F32", [], numbers[:4]), "none": ("I8", [0, 3], b"")})
    yield safetensors_file(
        {"a.weight": ("I8", [4, 8], numbers[:32]), "a.weight_scale": ("F32", [4, 1], bytes(16))}
    )
    yield safetensors_file(
        {
            "a.weight": ("F8_E4M3", [3, 130], bytes(390)),
            "a.weight_scale_inv": ("F32", [1, 2], numbers[:8]),
        }
    )
    yield safetensors_file(
        {
            "e_blocks": ("U8", [2, 2, 1, 16], numbers[:64]),
            "e_scales": ("U8", [2, 2, 1], numbers[:4]),
            "s": ("BF16", [2, 3, 2], numbers[:24]),
        }
    )
    tokenizer = compact(next(plain_tokenizers()))
    yield safetensors_file(
        {"text/tokenizer.json": ("U8", [len(tokenizer)], tokenizer)},
        {"format": "switchyard-pack", "version": "1", "configuration": "{}", "layout": "x"},
    )
    vocabulary = compact(next(vocabularies()))
    yield safetensors_file(
        {"text/gguf_vocabulary.json": ("U8", [len(vocabulary)], vocabulary)},
        {"format": "switchyard-pack", "version": "1", "configuration": "{}"},
    )


SCALARS = {
    "u8": (0, "<B"), "i8": (1, "<b"), "u16": (2, "<H"), "i16": (3, "<h"), "u32": (4, "<I"),
    "i32": (5, "<i"), "f32": (6, "<f"), "bool": (7, "<?"), "u64": (10, "<Q"), "i64": (11, "<q"),
    "f64": (12, "<d"),
}  # fmt: skip


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def field(kind, value):
    """A value's type and bytes; `kind` in brackets is an array."""
    if kind == "text":
        return struct.pack("<I", 8) + text(value)
    if kind.startswith("["):
        items = [field(kind[1:-1], item) for item in value]
        code = items[0][:4] if items else struct.pack("<I", 4)
        return (
            struct.pack("<I", 9) + code + struct.pack("<Q", len(items))
            + b"".join(item[4:] for item in items)
        )  # fmt: skip
    code, form = SCALARS[kind]
    return struct.pack("<I", code) + struct.pack(form, value)


def gguf_file(metadata, tensors=()):
    """`metadata`: key to (kind, value); `tensors`: (name, dimensions, ggml type, bytes)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(text(key) + field(*value) for key, value in metadata.items())
    data = b""
    for name, dimensions, kind, content in tensors:
        head += text(name) + struct.pack("<I", len(dimensions))
        head += b"".join(struct.pack("<Q", size) for size in dimensions)
        head += struct.pack("<IQ", kind, len(data))
        data += content + bytes(-len(content) % 32)
    return head + bytes(-len(head) % 32) + data


def vocabulary_fields(vocabulary):
    kinds = {
        "model": ("model", "text"), "pre": ("pre", "text"), "tokens": ("tokens", "[text]"),
        "types": ("token_type", "[i32]"), "scores": ("scores", "[f32]"),
        "merges": ("merges", "[text]"), "bos": ("bos_token_id", "u32"),
        "eos": ("eos_token_id", "u32"), "unknown": ("unknown_token_id", "u32"),
        "add_bos": ("add_bos_token", "bool"), "add_space_prefix": ("add_space_prefix", "bool"),
    }  # fmt: skip
    return {
        "tokenizer.ggml." + kinds[key][0]: (kinds[key][1], value)
        for key, value in vocabulary.items()
    }


def model(architecture, experts):
    sizes = {
        "embedding_length": 4, "block_count": 1, "attention.head_count": 2,
        "attention.head_count_kv": 1, "feed_forward_length": 4, "context_length": 8,
        "attention.key_length": 2, "expert_feed_forward_length": 4, "vocab_size": 3,
    }  # fmt: skip
    if experts:
        sizes |= {"expert_count": 2, "expert_used_count": 1}
    if architecture == "deepseek2":
        sizes |= {
            "attention.q_lora_rank": 2, "attention.kv_lora_rank": 2, "rope.dimension_count": 2,
            "attention.key_length": 4, "attention.value_length": 2, "expert_shared_count": 1,
            "leading_dense_block_count": 0, "expert_gating_func": 2, "expert_group_count": 1,
            "expert_group_used_count": 1,
        }  # fmt: skip
    fields = {f"{architecture}.{key}": ("u32", value) for key, value in sizes.items()}
    fields[f"{architecture}.attention.layer_norm_rms_epsilon"] = ("f32", 1e-5)
    fields[f"{architecture}.rope.freq_base"] = ("f32", 1e4)
    fields[f"{architecture}.rope.scaling.type"] = ("text", "yarn")
    fields[f"{architecture}.rope.scaling.factor"] = ("f32", 2.0)
    return {"general.architecture": ("text", architecture)} | fields


def weights(experts):
    names = {
        "token_embd": [4, 3], "output_norm": [4], "blk.0.attn_norm": [4], "blk.0.ffn_norm": [4],
        "blk.0.attn_q": [4, 4], "blk.0.attn_k": [4, 2], "blk.0.attn_v": [4, 2],
        "blk.0.attn_output": [4, 4],
    }  # fmt: skip
    if experts:
        names["blk.0.ffn_gate_inp"] = [4, 2]
    for name in ["gate", "up", "down"]:
        names[f"blk.0.ffn_{name}" + ("_exps" if experts else "")] = [4, 4] + [2] * experts
    for name, dimensions in names.items():
        count = 1
        for size in dimensions:
            count *= size
        yield name + ".weight", dimensions, 0, bytes(4 * count)


def gguf():
    yield (TESTS / "CheckpointsTests/Fixtures/types.gguf").read_bytes()
    scalars = {f"k.{kind}": (kind, 1) for kind in SCALARS}
    arrays = {f"l.{kind}": (f"[{kind}]", [1, 0]) for kind in SCALARS}
    nested = {"n": ("[[u8]]", [[1, 2], [3]]), "t": ("text", "x"), "ts": ("[text]", ["a", "é"])}
    yield gguf_file(scalars | arrays | nested)
    yield gguf_file({"general.alignment": ("u32", 64)}, [("a", [2], 0, bytes(8))])
    blocks = {2: 18, 3: 20, 6: 22, 7: 24, 8: 34, 20: 18, 39: 17}
    yield gguf_file({}, [(f"b{kind}", [32, 1], kind, bytes(size)) for kind, size in blocks.items()])
    for kind, size in {10: 84, 11: 110, 12: 144, 13: 176, 14: 210, 23: 136}.items():
        yield gguf_file({}, [("b", [256], kind, bytes(size))])
    template = {"tokenizer.chat_template": ("text", "{{ messages[0].content }}")}
    for vocabulary in vocabularies():
        yield gguf_file(vocabulary_fields(vocabulary) | template)
    for architecture, experts in [
        ("llama", 0), ("llama", 1), ("qwen2", 0), ("qwen3", 0), ("qwen3moe", 1), ("deepseek2", 1),
    ]:  # fmt: skip
        yield gguf_file(model(architecture, experts), list(weights(experts)))


def vocabularies():
    yield {
        "model": "gpt2", "pre": "qwen2", "tokens": ["a", "b", "ab", "Ġ", "<s>"],
        "types": [1, 1, 1, 1, 3], "merges": ["a b"], "bos": 4, "eos": 4, "add_bos": True,
    }  # fmt: skip
    yield {
        "model": "llama", "tokens": ["<unk>", "<s>", "</s>", "<0x41>", "▁", "a", "b", "▁a", "ab"],
        "types": [2, 3, 3, 6, 1, 1, 1, 1, 4], "scores": [0, 0, 0, 0, -3, -4, -5, -1, -2],
        "bos": 1, "eos": 2, "unknown": 0, "add_space_prefix": True,
    }  # fmt: skip
    for pre in ["default", "llama-bpe", "gpt-2", "deepseek-llm", "deepseek-v3", "tekken", "gpt-4o"]:
        yield {"model": "gpt2", "pre": pre, "tokens": ["a"], "merges": []}


def plain_tokenizers():
    pairs = {
        "type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "▁": 3, "<unk>": 4, "<0x41>": 5},
        "merges": ["a b"], "unk_token": "<unk>", "byte_fallback": True, "fuse_unk": True,
        "ignore_merges": False, "continuing_subword_prefix": "", "end_of_word_suffix": "",
    }  # fmt: skip
    added = [
        {"id": 6, "content": "<|im_start|>", "special": True, "lstrip": True, "rstrip": True},
        {"id": 7, "content": "user", "single_word": True, "normalized": True},
    ]
    configuration = {"bos_token": "<|im_start|>", "add_bos_token": True, "chat_template": "x"}
    yield {"model": pairs, "added_tokens": added, "tokenizer_config": configuration}
    yield {
        "model": {
            "type": "Unigram", "unk_id": 0, "byte_fallback": True,
            "vocab": [["<unk>", 0], ["▁", -1.5], ["a", -2], ["ab", -1], ["<0x0A>", -9]],
        },
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
    }  # fmt: skip


def tokenizer():
    for value in list(plain_tokenizers()) + list(vocabularies()):
        yield compact(value)
    yield from files("TokenizationTests/Fixtures/*/tokenizer.json")
    base = next(plain_tokenizers())
    cases = json.loads((TESTS / "TokenizationTests/Fixtures/components.json").read_text())
    for case in cases:
        yield compact(base | case["members"])


def template():
    yield from files("ChatTemplatesTests/Fixtures/templates/*.jinja")
    features = json.loads((TESTS / "ChatTemplatesTests/Fixtures/jinja_features.json").read_text())
    prelude = "".join(
        "{% set " + name + " = " + json.dumps(value, ensure_ascii=False) + " %}"
        for name, value in features["variables"].items()
        if name in ["items", "d", "s"]
    ).replace("null", "none")
    for vector in features["vectors"]:
        yield vector["template"].encode()
        yield (prelude + vector["template"]).encode()


def config():
    yield from files("*/Fixtures/**/config*.json")
    base = json.loads((TESTS / "ArchitecturesTests/Fixtures/models/llama_tied/config.json").read_text())
    form = {"format": "int-quantized", "targets": ["re:.*down", "Linear"]}
    for strategy in [
        {"strategy": "tensor"}, {"strategy": "channel"}, {"strategy": "group", "group_size": 4},
        {"strategy": "block", "block_structure": [4, 8]},
    ]:  # fmt: skip
        group = form | {"weights": strategy | {"num_bits": 8, "type": "int", "symmetric": True}}
        quantization = {"quant_method": "compressed-tensors", "config_groups": {"a": group}}
        yield compact(base | {"quantization_config": quantization | {"ignore": ["re:x(a|b)+$"]}})
    for method in ["fp8", "blockwise_int8", "w8a8_int8", "mxfp4"]:
        quantization = {"quant_method": method, "weight_block_size": [4, 8], "fmt": "e4m3"}
        yield compact(base | {"quantization_config": quantization})
    for scaling in [
        {"rope_type": "linear", "factor": 2.0},
        {"rope_type": "yarn", "factor": 4, "beta_fast": 32, "beta_slow": 1, "mscale": 1.0},
        {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
         "original_max_position_embeddings": 64},
    ]:  # fmt: skip
        yield compact(base | {"rope_scaling": scaling})


PARSERS = {
    "safetensors": safetensors, "gguf": gguf, "tokenizer": tokenizer, "template": template,
    "config": config,
}  # fmt: skip

if __name__ == "__main__":
    parser, folder = sys.argv[1:]
    for index, seed in enumerate(PARSERS[parser]()):
        if len(seed) <= LARGEST:
            (pathlib.Path(folder) / f"{index:03}").write_bytes(seed)
