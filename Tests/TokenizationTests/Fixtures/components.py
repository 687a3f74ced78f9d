"""Makes components.json: what the `tokenizers` package (0.23.3) does with single components.

A row holds a fixture tokenizer's name, the members of its tokenizer.json to replace, and cases.
    python components.py > components.json
"""

import json
import os
import random

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

FOLDER = os.path.dirname(os.path.abspath(__file__))
TEXTS = [
    "Don't stop: it's 12,345.67 (Größe naïve) <mask>  x_y\r\n\t y <trim>  z<solo> a",
    " leading ▁▁ Qwen2.5 ﬁ ½ Ⅷ e\u0301 \u1100\u1161\u11a8 한국어 中文テスト ไทย हिन्दी\u3000😀 ",
    "ALLCAPS camelCase  'LL 'ſ\u2028a\u200db  \n\n\nfoo-bar[1]=2;3   <s>ab</s> [INST]hi[/INST] ",
]


def load(name):
    with open(f"{FOLDER}/{name}/tokenizer.json") as file:
        return json.load(file)


def row(label, base, members):
    definition = load(base) if base else {}
    for key, value in members.items():
        if key == "model" and base:
            definition["model"].update(value)
        else:
            definition[key] = value
    tokenizer = Tokenizer.from_str(json.dumps(definition))
    ids = sorted(tokenizer.get_vocab(True).values())
    rng = random.Random(label)
    cases = []
    for text in TEXTS:
        encoded = tokenizer.encode(text, add_special_tokens=False).ids
        cases.append({"text": text, "ids": encoded,
                      "special": tokenizer.encode(text).ids})
    cases += [{"ids": [rng.choice(ids) for _ in range(9)]} for _ in range(3)]
    for case in cases:
        case["decoded"] = tokenizer.decode(case["ids"], skip_special_tokens=False)
        case["skipped"] = tokenizer.decode(case["ids"], skip_special_tokens=True)
        # What goes without saying is left out.
        for key, usual in [("special", "ids"), ("skipped", "decoded")]:
            if case.get(key) == case[usual]:
                case.pop(key)
    return {"name": label, "base": base, "members": members, "cases": cases}


LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def steps(*items):
    return {"type": "Sequence", "pretokenizers": list(items)}


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def metaspace(scheme, cuts):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cuts}


def chain(*items):
    return {"type": "Sequence", "decoders": list(items)}


def strip(start, stop, content=" "):
    return {"type": "Strip", "content": content, "start": start, "stop": stop}


PATTERNS = [
    r"(?i:'s|'t)|\w+|\W", r"\h+|.", r"(?m:a.b)|.", r"^\S+|\S+$", r"[a-z&&[^aeiou]]+",
    r"[a-c[x-z]]+|\d{2,3}+", r"\b", r"\p{Han}+|\p{Lu}\p{Ll}*|\u00e9", r"x{,2}y|z*", r"\s+$",
    r"[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s+(?!\S)|\s+",
    r"(?=(\d{3})+(?!\d))", r"(?<=a)b|(?<!x)c", r"[[:alpha:]]+|[[:space:]]", r"[^\s&&[^ ]]|[\[\]^-]",
]


def rows():
    for behavior in ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        for invert in [False, True]:
            yield (f"split {behavior} {invert}", "gpt2",
                   {"pre_tokenizer": steps(split(r"\d|[aeiou]+| ", behavior, invert), LEVEL)})
        yield (f"split string {behavior}", "gpt2",
               {"pre_tokenizer": steps(split(" ", behavior, False, "String"), LEVEL)})
        yield (f"punctuation {behavior}", "gpt2",
               {"pre_tokenizer": steps({"type": "Punctuation", "behavior": behavior}, LEVEL)})
    for pattern in PATTERNS:
        yield f"pattern {pattern}", "gpt2", {"pre_tokenizer": steps(split(pattern), LEVEL)}
    for item in [{"type": "Digits", "individual_digits": False}, {"type": "Whitespace"},
                 {"type": "Digits", "individual_digits": True}, {"type": "WhitespaceSplit"},
                 {"type": "BertPreTokenizer"}, {"type": "CharDelimiterSplit", "delimiter": "e"}]:
        yield f"pre-tokenizer {json.dumps(item)}", "gpt2", {"pre_tokenizer": steps(item, LEVEL)}
    yield "ByteLevel first", "gpt2", {"pre_tokenizer": steps(LEVEL, split("[aĠ]"))}
    yield ("ByteLevel with a space before", "gpt2",
           {"pre_tokenizer": dict(LEVEL, add_prefix_space=True, use_regex=True)})
    for scheme in ["first", "always", "never"]:
        for cuts in [True, False]:
            item = metaspace(scheme, cuts)
            yield (f"Metaspace {scheme} {cuts}", "spm_metaspace",
                   {"pre_tokenizer": item, "decoder": item})
    for name in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"]:
        yield f"normalizer {name}", "gpt2", {"normalizer": {"type": name}}
    yield "normalizer Strip", "gpt2", {
        "normalizer": {"type": "Strip", "strip_left": True, "strip_right": True}}
    yield "normalizer ByteLevel", "gpt2", {
        "normalizer": {"type": "ByteLevel"}, "pre_tokenizer": None}
    yield "normalizers in sequence", "gpt2", {"normalizer": {"type": "Sequence", "normalizers": [
        {"type": "NFD"}, {"type": "StripAccents"},
        {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
        {"type": "Prepend", "prepend": "x"}]}}
    tokens = load("gpt2")["added_tokens"]
    yield "normalized added tokens", "gpt2", {
        "normalizer": {"type": "Lowercase"},
        "added_tokens": [dict(token, normalized=True) for token in tokens]}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": False}
    yield "overlapping added tokens", "gpt2", {"added_tokens": tokens + [
        dict(flags, id=600 + index, content=content, **more) for index, (content, more) in
        enumerate([("<mask>  x", {}), ("<trim>  z", {})])] + [
        dict(flags, id=602, content="op", single_word=True),
        dict(flags, id=603, content=" y", lstrip=True), dict(flags, id=604, content="\n\n")]}
    for members in [{"fuse_unk": False}, {"byte_fallback": False}, {"ignore_merges": True},
                    {"byte_fallback": False, "fuse_unk": False},
                    {"byte_fallback": False, "unk_token": None}]:
        yield f"model {members}", "spm_metaspace", {"model": members}
    yield "ignore_merges by bytes", "gpt2", {"model": {"ignore_merges": True}}
    yield "no decoder", "gpt2", {"decoder": None}
    space = {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}
    fallback, fuse = {"type": "ByteFallback"}, {"type": "Fuse"}
    yield "decoders 1", "spm_metaspace", {"decoder": chain(space, fallback, fuse, strip(2, 0))}
    yield "decoders 2", "spm_metaspace", {"decoder": chain(fallback, fuse, space, strip(1, 1))}
    yield "decoders 3", "spm_metaspace", {"decoder": chain(fallback, metaspace("always", True))}
    yield "decoders 4", "spm_metaspace", {"decoder": chain(
        fuse, {"type": "Replace", "pattern": {"String": "▁▁"}, "content": "_"}, strip(0, 2, "e"))}
    yield "decoders 5", "spm_metaspace", {"decoder": chain(
        {"type": "Replace", "pattern": {"Regex": "[a▁]"}, "content": "-"})}
    for name in ["RobertaProcessing", "BertProcessing"]:
        yield name, "gpt2", {"post_processor": {
            "type": name, "sep": ["<pad>", 598], "cls": ["<mask>", 596],
            "trim_offsets": True, "add_prefix_space": True}}
    yield from trained()


def trained():
    with open(__file__) as file:
        corpus = file.read().split("\n")
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator(corpus, trainers.UnigramTrainer(
        vocab_size=200, unk_token="<unk>", special_tokens=["<unk>", "<s>", "</s>"]))
    definition = json.loads(tokenizer.to_str())
    yield "unigram", None, definition
    definition = json.loads(tokenizer.to_str())
    definition["model"]["byte_fallback"] = True
    definition["model"]["vocab"] += [[f"<0x{byte:02X}>", -20.0] for byte in range(256)]
    definition["decoder"] = chain({"type": "ByteFallback"}, metaspace("always", True))
    yield "unigram with bytes", None, definition
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]", end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.BPEDecoder()
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=300, special_tokens=["[UNK]"], end_of_word_suffix="</w>"))
    yield "end of word", None, json.loads(tokenizer.to_str())
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=300, special_tokens=["[UNK]"], continuing_subword_prefix="##"))
    yield "prefix of subwords", None, json.loads(tokenizer.to_str())


print("[")
print(",\n".join(json.dumps(row(*item), ensure_ascii=False, separators=(",", ":")) for item in rows()))
print("]")
