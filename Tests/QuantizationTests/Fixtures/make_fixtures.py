"""Makes scaled.safetensors and int8.safetensors: python make_fixtures.py FORMATS_DIR (numpy, safetensors).

scaled: tensors of the reference checkpoints in FORMATS_DIR (DeepSeek FP8 and INT8 blocks of 128, gpt-oss MXFP4,
compressed-tensors row scales) and `*.expected`, the floats of some of their rows as numpy computes them in float32; the
numbers of all FP8 codes. int8: float matrices, and their symmetric INT8 values and scales by rows and by groups of 128
(scale = max|w| / 127, 1 if zero; round half to even; clamp to +-127), all in float32.
"""
import json, struct, sys
import numpy as np
from safetensors.numpy import save_file

f32 = np.float32


def read(path):
    """Names to (dtype, shape, bytes): numpy has no FP8 or bfloat16."""
    raw = open(path, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8 : 8 + n])
    return {k: (v["dtype"], v["shape"], raw[8 + n + v["data_offsets"][0] : 8 + n + v["data_offsets"][1]]) for k, v in head.items() if k != "__metadata__"}


def minifloat(exponent_bits, mantissa_bits, special):
    out, bias = [], 2 ** (exponent_bits - 1) - 1
    for code in range(256):
        sign = -1.0 if code & 128 else 1.0
        e, m = (code & 127) >> mantissa_bits, code & (2**mantissa_bits - 1)
        value = m / 2**mantissa_bits * 2.0 ** (1 - bias) if e == 0 else (1 + m / 2**mantissa_bits) * 2.0 ** (e - bias)
        out.append(special(code & 127, sign * value, sign))
    return np.array(out, f32)


E4M3 = minifloat(4, 3, lambda c, v, s: np.nan if c == 0x7F else v)
E5M2 = minifloat(5, 2, lambda c, v, s: v if c < 0x7C else s * np.inf if c == 0x7C else np.nan)
FP4 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6], f32)
FP4 = np.concatenate([FP4, -FP4])


def main(formats):
    fp8, int8, mx, ct = (read(f"{formats}/{d}/model.safetensors") for d in ("deepseek_v3_block_fp8", "deepseek_v3_block_int8", "gpt_oss_mxfp4", "qwen3_dense_w8a8_ct"))
    out, dtypes = {}, {}

    def keep(name, entry):
        dtype, shape, raw = entry
        out[name], dtypes[name] = np.frombuffer(raw, np.uint8), (dtype, shape)

    def scaled(case, table, source, scale_name, rows, block):
        _, shape, raw = source[table]
        codes = np.frombuffer(raw, np.uint8).reshape(shape)
        q = E4M3[codes] if case == "fp8" else codes.view(np.int8).astype(f32)
        dtype, sshape, sraw = source[scale_name]
        s = np.frombuffer(sraw, f32) if dtype == "F32" else (np.frombuffer(sraw, np.uint16).astype(np.uint32) << 16).view(f32)
        s = s.reshape(sshape).repeat(block[0], 0)[: shape[0]].repeat(block[1], 1)[:, : shape[1]]
        keep(f"{case}.weight", source[table])
        keep(f"{case}.scale", source[scale_name])
        out[f"{case}.expected"] = np.ascontiguousarray((q * s)[rows])

    scaled("fp8", "model.layers.0.mlp.down_proj.weight", fp8, "model.layers.0.mlp.down_proj.weight_scale_inv", slice(100, 160), (128, 128))
    scaled("int8", "model.layers.0.self_attn.kv_b_proj.weight", int8, "model.layers.0.self_attn.kv_b_proj.weight_scale_inv", slice(100, 160), (128, 128))
    scaled("rows", "model.layers.0.self_attn.k_proj.weight", ct, "model.layers.0.self_attn.k_proj.weight_scale", slice(0, 32), (1, 64))
    b, s = (mx[f"model.layers.0.mlp.experts.down_proj_{x}"] for x in ("blocks", "scales"))
    keep("mxfp4.blocks", b)
    keep("mxfp4.scales", s)
    codes = np.frombuffer(b[2], np.uint8).reshape(-1, 16)
    values = np.stack([FP4[codes & 15], FP4[codes >> 4]], -1).reshape(-1, 32)
    exponents = np.frombuffer(s[2], np.uint8).astype(np.int32) - 127
    out["mxfp4.expected"] = np.ldexp(values, exponents[:, None]).astype(f32).reshape(-1, b[1][2] * 32)[60:130]
    out["e4m3"], out["e5m2"] = E4M3, E5M2
    write("scaled.safetensors", out, dtypes)

    rng, out = np.random.default_rng(7), {}
    cases = {"wide": (5, 320), "narrow": (3, 7), "ragged": (4, 129), "one": (2, 1)}
    for name, shape in cases.items():
        w = (rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 3, (shape[0], 1))).astype(f32)
        w[0, : shape[1] // 2] = 0
        w[1] = np.round(rng.uniform(-254, 254, shape[1])) / 2  # ties, for a maximum of 127
        w[1, 0] = 127
        if shape[1] > 128:
            w[2, :128] = 0
            w[3, 5] = -3e38
        out[name] = w
        for kind, group in (("rows", shape[1]), ("groups", 128)):
            q, s = np.zeros(shape, np.int8), np.zeros((shape[0], -(-shape[1] // group)), f32)
            for r in range(shape[0]):
                for g in range(s.shape[1]):
                    x = w[r, g * group : (g + 1) * group]
                    top = np.abs(x).max()
                    s[r, g] = top / f32(127) if top > 0 else 1
                    q[r, g * group : (g + 1) * group] = np.clip(np.rint(x / s[r, g]), -127, 127)
            out[f"{name}.{kind}.values"], out[f"{name}.{kind}.scales"] = q, s
    save_file(out, "int8.safetensors")


def write(path, arrays, dtypes):
    head, data = {}, b""
    for name, a in arrays.items():
        dtype, shape = dtypes.get(name, ("F32", list(a.shape)))
        head[name] = dict(dtype=dtype, shape=shape, data_offsets=[len(data), len(data) + a.nbytes])
        data += a.tobytes()
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


main(sys.argv[1])
