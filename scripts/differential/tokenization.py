#!/usr/bin/env python3
"""Compares `switchyard tokenize` with the `tokenizers` package on random tokenizers and texts.

    python scripts/differential/tokenization.py [--count 100] [--seed 1] [--texts 150]
        [--keep DIR] [--program .build/release/switchyard]

A tokenizer is drawn (model, normalizer, pre-tokenizer, added tokens, post-processor, decoder), trained
on a little text, and encodes and decodes random texts in both programs. A component that the program
refuses by name is counted, not a difference. Exits 1 where ids or texts differ.

Needs tokenizers.
"""
import argparse, collections, json, os, pydoc_data.topics, random, shutil, subprocess, sys, tempfile

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
GPT4O = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
DEEPSEEK = [r"\p{N}{1,3}", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
            r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
SMALL = [r"\s+", r"\d", r"\d+", r"[A-Z][a-z]*", r"\w+", r"\W", r"[^\s]+", r"(?<=\d)(?=(\d{3})+(?!\d))", r"\p{P}", r"\p{Han}", r"[\p{L}&&[^a-m]]+",
         r"\n|\r\n?", r" ", r"(?i)the|and", r"\b", r"a|ab|abc", r"x*", r"[[:punct:]]+", r"[[:space:]]", r"\h+", r"[^\p{L}\p{N}]", r"(?:\s|_)+$", r"^\s+",
         r"\p{Lu}(?=\p{Ll})", r"(?<!\S)\S", r"\p{Script=Cyrillic}+", r"\p{Emoji}", r"[\u4e00-\u9fff]", r"\R", r"\X", r"(.)\1", r"\p{^L}+", r"[^\n]+", r"(?m).+"]
BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]


def corpus(r):
    topics = pydoc_data.topics.topics
    texts = [topics[k][:1500] for k in r.sample(sorted(topics), 8)]
    return texts + [text(r) for _ in range(300)] + ["café naïve Straße ΑΒΓ привет мир 中文字符 日本語 한글 हिन्दी 😀😃 ﬁ ﬂ ½ ① Ⅷ"] * 20


RANGES = [(0x20, 0x7E)] * 5 + [(0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x600, 0x6FF), (0x900, 0x97F), (0x300, 0x36F),
          (0xE00, 0xE4F), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2150, 0x218B), (0x2460, 0x24FF), (0x3000, 0x30FF), (0x4E00, 0x4E40), (0xAC00, 0xAC80),
          (0x1100, 0x11FF), (0xFB00, 0xFB4F), (0xFF00, 0xFFEF), (0x1F600, 0x1F64F), (0x1F1E6, 0x1F1FF), (0, 0x1F), (0x7F, 0xA0), (0x1E00, 0x1EFF), (0x10400, 0x1044F),
          (0x1D400, 0x1D4FF), (0xE000, 0xE010), (0xFFF0, 0xFFFF), (0x10FF00, 0x10FFFF), (0x180B, 0x180F), (0xFE00, 0xFE0F), (0x1C80, 0x1C88), (0x13A0, 0x13FF), (0xAB70, 0xABBF)]
WORDS = ["the", "and", "Hello", "WORLD", "don't", "it's", "I'LL", "123", "1234567", "3.14", "foo_bar", "__init__", "naïve", "İstanbul", "ΣΊΣΥΦΟΣ", "straße", "ǅ", "ﬃ", "e\u0301",
         "a\u0323\u0307", "\u1100\u1161\u11a8", "한글", "中文", "カ\u3099", "👨\u200d👩\u200d👧", "🏳️\u200d🌈", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u2581", "Ġ", "##", "</w>", "<unk>", "<s>", "</s>",
         "<mask>", "<pad>", "<sep>", "<0x41>", "Zz", "new york", "NEW", "ﬀ", "x", "a", "aaa", "abc", "\r\n", "\n", "\n\n", "\t", " ", "  ", "   ", "    ", "_", "-", "--", "...", "!", "?!", "$", "(", ")", "\u2028", "\u0085"]


def text(r):
    parts = []
    for _ in range(r.randrange(1, 12)):
        if r.random() < 0.6:
            parts.append(r.choice(WORDS))
        else:
            low, high = r.choice(RANGES)
            parts.append("".join(chr(r.randrange(low, high + 1)) for _ in range(r.randrange(1, 5))))
        if r.random() < 0.5:
            parts.append(r.choice([" ", " ", " ", "  ", "\n", "\t", ""]))
    return "".join(parts)


def draw_normalizer(r, depth=0):
    k = r.randrange(14)
    if k < 3 and depth == 0:
        return None
    if k < 6 and depth < 2:
        return normalizers.Sequence([n for n in (draw_normalizer(r, depth + 1) for _ in range(r.randrange(0, 4))) if n is not None])
    return r.choice([
        lambda: normalizers.NFC(), lambda: normalizers.NFD(), lambda: normalizers.NFKC(), lambda: normalizers.NFKD(), lambda: normalizers.Lowercase(),
        lambda: normalizers.Strip(left=r.random() < 0.5, right=r.random() < 0.5), lambda: normalizers.StripAccents(), lambda: normalizers.Nmt(),
        lambda: normalizers.Replace(r.choice([" ", "a", "the", "e\u0301", "  "]), r.choice(["▁", "", "b", "é", " "])),
        lambda: normalizers.Replace(Regex(r.choice([r"\s+", r" {2,}", r"\d", r"[A-Z]", r"\p{M}", r"(?i)the"])), r.choice(["▁", "", " ", "x"])),
        lambda: normalizers.Prepend(r.choice(["▁", " ", "x"])), lambda: normalizers.ByteLevel(), lambda: normalizers.BertNormalizer(),
    ])()


def draw_split(r):
    if r.random() < 0.25:
        return pre_tokenizers.Split(r.choice([" ", "a", "\n", "the", ".", "▁"]), r.choice(BEHAVIORS), invert=r.random() < 0.3)
    return pre_tokenizers.Split(Regex(r.choice(SMALL + [LLAMA3, QWEN2, GPT2, GPT4O, TEKKEN] + DEEPSEEK)), r.choice(BEHAVIORS), invert=r.random() < 0.25)


def draw_pre(r):
    return r.choice([
        lambda: pre_tokenizers.Digits(individual_digits=r.random() < 0.5), lambda: pre_tokenizers.Punctuation(behavior=r.choice(BEHAVIORS)),
        lambda: pre_tokenizers.Whitespace(), lambda: pre_tokenizers.WhitespaceSplit(), lambda: draw_split(r), lambda: draw_split(r), lambda: draw_split(r),
        lambda: pre_tokenizers.Metaspace(replacement=r.choice(["▁", "▁", "_"]), prepend_scheme=r.choice(["always", "first", "never"]), split=r.random() < 0.5),
        lambda: pre_tokenizers.UnicodeScripts(), lambda: pre_tokenizers.CharDelimiterSplit(r.choice(" ea")), lambda: pre_tokenizers.BertPreTokenizer(),
        lambda: pre_tokenizers.ByteLevel(add_prefix_space=r.random() < 0.5, use_regex=r.random() < 0.5),
    ])()


def draw(r):
    """A trained tokenizer."""
    kind = r.choice(["bytes"] * 5 + ["characters"] * 4 + ["unigram"] * 2)
    data = corpus(r)
    size = r.randrange(400, 800)
    published = r.random() < 0.35
    specials = []
    if kind == "bytes":
        t = Tokenizer(models.BPE(ignore_merges=r.random() < 0.3))
        t.normalizer = r.choice([None, normalizers.NFC(), draw_normalizer(r)])
        last = pre_tokenizers.ByteLevel(add_prefix_space=r.random() < 0.3, use_regex=r.random() < 0.3)
        if published:
            last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
            chain = r.choice([[LLAMA3], [QWEN2], [GPT2], [GPT4O], [TEKKEN], DEEPSEEK])
            t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(p), "isolated") for p in chain] + [last])
        else:
            t.pre_tokenizer = pre_tokenizers.Sequence([draw_pre(r) for _ in range(r.randrange(0, 3))] + [last])
        trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet() if r.random() < 0.85 else [], show_progress=False)
        t.train_from_iterator(data, trainer)
        t.decoder = decoders.ByteLevel()
    elif kind == "characters":
        unk = r.choice(["<unk>", "<unk>", None])
        extra = {}
        if r.random() < 0.15:
            extra = dict(continuing_subword_prefix="##")
        if r.random() < 0.15:
            extra["end_of_word_suffix"] = "</w>"
        t = Tokenizer(models.BPE(unk_token=unk, fuse_unk=r.random() < 0.5, **extra))
        t.normalizer = draw_normalizer(r)
        meta = r.random() < 0.6
        steps = [draw_pre(r) for _ in range(r.randrange(0, 3))]
        if meta:
            steps.append(pre_tokenizers.Metaspace(prepend_scheme=r.choice(["always", "first", "never"]), split=r.random() < 0.6))
        t.pre_tokenizer = pre_tokenizers.Sequence(steps) if len(steps) != 1 else steps[0]
        fall = r.random() < 0.4
        specials = ([unk] if unk else []) + ([f"<0x{i:02X}>" for i in range(256)] if fall else [])
        t.train_from_iterator(data, trainers.BpeTrainer(vocab_size=size + (256 if fall else 0), special_tokens=specials, limit_alphabet=r.choice([60, 200, 1000]), show_progress=False, **extra))
        d = json.loads(t.to_str())
        d["model"]["byte_fallback"] = fall
        d["added_tokens"] = [a for a in d["added_tokens"] if not a["content"].startswith("<0x")]
        t = Tokenizer.from_str(json.dumps(d))
        if meta and r.random() < 0.7:
            t.decoder = r.choice([decoders.Metaspace(prepend_scheme=r.choice(["always", "first", "never"])),
                                  decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])])
        elif "end_of_word_suffix" in extra:
            t.decoder = decoders.BPEDecoder()
        elif fall:
            t.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    else:
        t = Tokenizer(models.Unigram())
        t.normalizer = draw_normalizer(r)
        t.pre_tokenizer = r.choice([pre_tokenizers.Metaspace(prepend_scheme=r.choice(["always", "first", "never"]), split=r.random() < 0.7),
                                    pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]),
                                    pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.Metaspace()])])
        fall = r.random() < 0.4
        t.train_from_iterator(data, trainers.UnigramTrainer(vocab_size=size + 1500, special_tokens=["<unk>", "<s>", "</s>"] + ([f"<0x{i:02X}>" for i in range(256)] if fall else []),
                                                            unk_token="<unk>", show_progress=False))
        d = json.loads(t.to_str())
        d["model"]["byte_fallback"] = fall
        d["added_tokens"] = [a for a in d["added_tokens"] if not a["content"].startswith("<0x")]
        if r.random() < 0.2:
            d["model"]["unk_id"] = None
        t = Tokenizer.from_str(json.dumps(d))
        t.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()]) if fall else decoders.Metaspace(prepend_scheme=r.choice(["always", "first", "never"]))
    for content in r.sample(["<s>", "</s>", "<mask>", "<pad>", "<sep>", "new york", "NEW", "é", "aaa", "ﬀ", "<", "foo_bar", " x ", "the", "▁", "1234", "a"], r.randrange(0, 7)):
        flags = dict(lstrip=r.random() < 0.3, rstrip=r.random() < 0.3, single_word=r.random() < 0.3)
        if content.startswith("<") and r.random() < 0.7:
            t.add_special_tokens([AddedToken(content, normalized=r.random() < 0.2, **flags)])
        else:
            t.add_tokens([AddedToken(content, normalized=r.random() < 0.6, **flags)])
    t.add_special_tokens(["<s>", "</s>"])
    bos, eos = t.token_to_id("<s>"), t.token_to_id("</s>")
    k = r.randrange(6)
    special = [("<s>", bos), ("</s>", eos)]
    if k == 0:
        t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=special)
    if k == 1:
        t.post_processor = processors.TemplateProcessing(single="<s>:0 $A:0 </s>:0", pair="<s> $A </s> $B:1 </s>:1", special_tokens=special)
    if k == 2:
        t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(single="$A </s> </s>", pair="$A $B", special_tokens=special)])
    if k == 3:
        t.post_processor = processors.RobertaProcessing(("</s>", eos), ("<s>", bos))
    if k == 4:
        t.post_processor = processors.ByteLevel()
    return t, kind


def run(program, folder, lines, *flags):
    p = subprocess.run([program, "tokenize", "--model", folder, *flags], input="".join(json.dumps(l) + "\n" for l in lines), text=True, capture_output=True)
    if p.returncode:
        raise RuntimeError(p.stderr.strip()[-500:])
    return [json.loads(l) for l in p.stdout.splitlines()]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--count", type=int, default=100)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--texts", type=int, default=150)
    a.add_argument("--keep", metavar="DIR", help="keep the tokenizers that differ here")
    a.add_argument("--program", default=".build/release/switchyard")
    a = a.parse_args()
    failed, refused, tried = 0, collections.Counter(), collections.Counter()
    for case in range(a.seed, a.seed + a.count):
        r = random.Random(f"tokenizer {case}")
        folder = tempfile.mkdtemp()
        try:
            t, kind = draw(r)
        except BaseException as e:
            print(f"case {case}: not made: {type(e).__name__}: {str(e)[:100]}")
            continue
        t.save(f"{folder}/tokenizer.json")
        t = Tokenizer.from_file(f"{folder}/tokenizer.json")
        texts = [text(r) for _ in range(a.texts)] + ["", " ", "\n"]
        bad = []
        try:
            want = [t.encode(x, add_special_tokens=s).ids for x in texts for s in (False, True)]
        except BaseException as e:
            print(f"case {case}: the reference fails: {type(e).__name__}: {str(e)[:100]}")
            continue
        try:
            got = run(a.program, folder, [dict(text=x, special=s) for x in texts for s in (False, True)])
            wrong = [i for i in range(len(want)) if got[i].get("ids") != want[i]]
            for i in wrong[:2]:
                bad.append(f"{len(wrong)} of {len(want)}: {texts[i // 2]!r} special {bool(i % 2)}\n      is {got[i]}\n    want {want[i]} = {[t.id_to_token(x) for x in want[i]]}")
            ids = [w for w in want[::2]] + [[r.randrange(t.get_vocab_size()) for _ in range(r.randrange(1, 12))] for _ in range(60)]
            # The reference's decoder does not treat a special token as special if its normalized form differs.
            odd = {i for i, x in t.get_added_tokens_decoder().items() if x.special and t.id_to_token(i) != x.content}
            rows = [(x, s) for x in ids for s in (False, True) if not (s and odd & set(x))]
            want = [t.decode(x, skip_special_tokens=s) for x, s in rows]
            got = run(a.program, folder, [dict(ids=x, skip_special=s) for x, s in rows], "--decode")
            wrong = [i for i in range(len(want)) if got[i].get("text") != want[i]]
            for i in wrong[:2]:
                bad.append(f"decode {len(wrong)} of {len(want)}: {rows[i]} = {[t.id_to_token(x) for x in rows[i][0]]}\n      is {got[i]}\n    want {want[i]!r}")
        except RuntimeError as e:
            message = str(e).split("error: ")[-1]
            if "not supported" in message or "does not compile" in message:
                refused[message.split(": ", 1)[-1][:110]] += 1
            else:
                bad.append(f"failed: {message}")
        tried[kind] += 1
        if bad:
            failed += 1
            d = json.loads(t.to_str())
            for k in ("vocab", "merges"):
                d["model"].pop(k, None)
            print(f"DIFFERS {case} ({kind})")
            for b in bad:
                print("    " + b)
            print("    " + json.dumps({k: v for k, v in d.items() if k not in ("version", "truncation", "padding")}, ensure_ascii=False)[:2500], flush=True)
            if a.keep:
                shutil.copytree(folder, f"{a.keep}/tokenizer-{case}", dirs_exist_ok=True)
        shutil.rmtree(folder)
    print(f"tried {dict(tried)}, {failed} differ; refused {sum(refused.values())}:")
    for k, v in refused.most_common():
        print(f"    {v} × {k}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
