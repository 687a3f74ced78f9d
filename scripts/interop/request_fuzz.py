"""Random requests to every endpoint that reads a body: good, nearly good and odd fields, in any mix.
No answer may be 500, none may be missing, and every refusal has an error that names its code.

    request_fuzz.py [REQUESTS [SEED]]      against a server of its own, with models/tiny
"""

import http.client
import json
import random
import sys
import threading

from harness import TINY, Checks, Server

REQUESTS = 1200
THREADS = 4
STATUSES = {200, 400, 404, 413, 415, 429, 501, 504}
WORDS = ["", "a", "Hello there", "é\u0000\u2028", "<|im_start|>", "word " * 40, "{}", "\ud83d\ude00"]
ODD = [
    None, True, False, 0, -1, 1, 2.5, 1e300, -0.0, 2**31, 2**63, 2**64, 1e-310, "", "x", "1", [], {},
    [None], [[]], {"a": {}}, [1, 2], ["a", 1], {"": 0}, [[1], ["a"]],
]


def native(name):
    return f"/switchyard.v1.Inference/{name}"


def text(r):
    return r.choice(WORDS)


def tokens(r):
    return [r.choice([0, 1, 5, 300, 511, 512, -1]) if r.random() < 0.1 else r.randrange(512)
            for _ in range(r.randrange(12))]


def content(r):
    if r.random() < 0.7:
        return text(r)
    parts = [{"type": "text", "text": text(r)}, {"type": "refusal", "refusal": "no"},
             {"type": "image_url", "image_url": {"url": "x"}}]
    return r.choice([None, [], [r.choice(parts) for _ in range(r.randrange(3))]])


def call(r):
    arguments = r.choice(['{"x": 1}', "", "{", "[]", {"x": [1]}, None])
    return {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}


def message(r):
    role = r.choice(["system", "user", "user", "assistant", "tool", "developer", "robot"])
    message = {"role": role, "content": content(r)}
    if role == "assistant" and r.random() < 0.5:
        message["tool_calls"] = r.choice([None, [], [call(r)], [call(r), call(r)]])
        message.update(refusal=None, annotations=[], audio=None, function_call=None)
    if role == "tool":
        message["tool_call_id"] = "c"
    return message


def tool(r):
    return {"type": "function", "function": {
        "name": "f", "description": "d", "parameters": {"type": "object", "properties": {}},
        "strict": r.choice([False, None, True])}}


COMMON = {
    "model": lambda r: r.choice(["tiny", "tiny", "tiny", "gpt", ""]),
    "max_tokens": lambda r: r.choice([0, 1, 2, 5, 9, 2000]),
    "temperature": lambda r: r.choice([0, 1, 2, 0.5, 1e-9]),
    "top_p": lambda r: r.choice([0, 0.1, 1, 1e-40]),
    "top_k": lambda r: r.choice([-1, 0, 1, 600]),
    "min_p": lambda r: r.choice([0, 0.5, 1]),
    "typical_p": lambda r: r.choice([0.2, 1]),
    "repetition_penalty": lambda r: r.choice([0.01, 1, 1.3, 100]),
    "presence_penalty": lambda r: r.choice([-2, 0, 2]),
    "frequency_penalty": lambda r: r.choice([-2, 0, 2]),
    "logit_bias": lambda r: {str(r.randrange(520)): r.choice([-100, 0, 100, 101])},
    "n": lambda r: r.choice([1, 1, 2, 3, 64, 65, 128, 129]),
    "seed": lambda r: r.choice([0, -1, 2**62]),
    "stop": lambda r: r.choice(["a", ["a", "b"], "", ["x" * 2000], ["s"] * 17]),
    "stop_token_ids": tokens,
    "min_tokens": lambda r: r.choice([0, 1, 3]),
    "ignore_eos": lambda r: r.random() < 0.5,
    "stream": lambda r: r.random() < 0.5,
    "stream_options": lambda r: {"include_usage": r.random() < 0.5},
    "skip_special_tokens": lambda r: r.random() < 0.5,
    "include_stop_str_in_output": lambda r: r.random() < 0.5,
    "priority": lambda r: r.choice([-5, 0, 7]),
    "timeout": lambda r: r.choice([0.001, 5]),
    "cache_salt": text,
    "user": text,
    "frobnicate": lambda r: 1,
}
CHAT = COMMON | {
    "messages": lambda r: [message(r) for _ in range(r.choice([0, 1, 1, 2, 3]))],
    "logprobs": lambda r: r.random() < 0.5,
    "top_logprobs": lambda r: r.choice([0, 1, 20, 21]),
    "tools": lambda r: [tool(r)],
    "tool_choice": lambda r: r.choice(["none", "auto", "required"]),
    "parallel_tool_calls": lambda r: r.random() < 0.5,
    "response_format": lambda r: {"type": r.choice(["text", "json_object"])},
    "reasoning_effort": text,
    "chat_template_kwargs": lambda r: {r.choice(["enable_thinking", "messages", "loop"]): r.choice(ODD)},
    "documents": lambda r: [{"title": "t", "text": text(r)}],
    "add_generation_prompt": lambda r: r.random() < 0.5,
    "max_completion_tokens": lambda r: r.choice([1, 5]),
}
COMPLETION = COMMON | {
    "prompt": lambda r: r.choice(
        [text(r), [text(r), text(r)], tokens(r), [tokens(r), tokens(r)], [text(r)] * 40]),
    "logprobs": lambda r: r.choice([0, 1, 20, 21]),
    "echo": lambda r: r.random() < 0.5,
    "suffix": text,
    "best_of": lambda r: r.choice([1, 2]),
}


def native_prompt(r):
    return r.choice([
        {"text": text(r)}, {"tokens": {"ids": tokens(r)}},
        {"chat": {"messages": [
            {"role": r.choice(["ROLE_USER", "ROLE_ASSISTANT", 3, 9]), "content": text(r)}]}},
        {}, {"text": "a", "tokens": {"ids": [1]}},
    ])


NATIVE = {
    "prompt": native_prompt,
    "sampling": lambda r: {
        r.choice(["topP", "temperature", "top_k", "seed", "logitBias"]): r.choice(ODD + [0.5, "7"])},
    "maxTokens": COMMON["max_tokens"],
    "choices": COMMON["n"],
    "stop": lambda r: [text(r)],
    "logprobs": lambda r: r.choice([0, 3, 128, 129]),
    "prompt_logprobs": lambda r: r.choice([0, 3, 129]),
    "return_tokens": lambda r: r.random() < 0.5,
    "deadlines": lambda r: {"total": r.choice(["5s", "0.001s", "-1s", "x", 3])},
    "cacheSalt": text,
}
FORWARD = {key: NATIVE[key] for key in ("prompt", "prompt_logprobs", "return_tokens")} | {
    "top": lambda r: r.choice([0, 5, 129])}
TOKENIZE = {
    "prompt": text, "content": text, "messages": CHAT["messages"],
    "add_special_tokens": lambda r: r.random() < 0.5, "add_special": lambda r: r.random() < 0.5,
    "parse_special": lambda r: r.random() < 0.5, "with_pieces": lambda r: r.random() < 0.5,
    "return_token_strs": lambda r: r.random() < 0.5,
}
# path, fields, and the fields that most requests have
ENDPOINTS = [
    ("/v1/chat/completions", CHAT, ["messages", "max_tokens"]),
    ("/v1/completions", COMPLETION, ["prompt", "max_tokens"]),
    ("/tokenize", TOKENIZE, []),
    ("/detokenize", {"tokens": tokens, "model": COMMON["model"]}, ["tokens"]),
    (native("Generate"), NATIVE, ["prompt", "maxTokens"]),
    (native("StreamGenerate"), NATIVE, ["prompt", "maxTokens"]),
    (native("Forward"), FORWARD, ["prompt"]),
    (native("Tokenize"), {"prompt": native_prompt, "returnBytes": lambda r: True}, ["prompt"]),
    (native("Detokenize"), {"ids": tokens}, ["ids"]),
    (native("Embed"), {"prompts": lambda r: [native_prompt(r)]}, []),
    (native("ModelInfo"), {}, []),
]


def make(r):
    """A path and a body."""
    path, fields, usual = r.choice(ENDPOINTS)
    names = [name for name in usual if r.random() < 0.95]
    names += r.sample(sorted(fields), min(len(fields), r.choice([0, 1, 1, 2, 3, 6])))
    body = {name: fields[name](r) for name in names}
    if body and r.random() < 0.2:
        body[r.choice(sorted(body))] = r.choice(ODD)
    data = json.dumps(r.choice(ODD) if r.random() < 0.02 else body).encode("utf-8", "surrogatepass")
    if r.random() < 0.05:
        data = b"\xef\xbb\xbf" + data
    if r.random() < 0.03:
        place = r.randrange(len(data))
        data = data[:place] + bytes([r.randrange(256)]) + data[place + 1:]
    if r.random() < 0.02:
        data += b" " * r.choice([20_000, 300_000])
    return path, data


def fault(path, status, headers, data):
    """What is wrong with an answer; None if nothing."""
    if status not in STATUSES:
        return f"status {status}"
    if status == 429 and "retry-after" not in headers:
        return "no Retry-After"
    if status != 200:
        error = json.loads(data)
        if not path.startswith("/switchyard"):
            error = error["error"]
        return None if error["message"] and error["code"] else "an error without words"
    if b"internal_error" in data or b"numerical_error" in data:
        return "a stream that ends by a fault"
    if headers.get("content-type", "").startswith("text/event-stream"):
        is_ended = data.endswith(b"data: [DONE]\n\n") or b'"completed"' in data or b'"error"' in data
        return None if is_ended else "a stream without an end"
    json.loads(data)
    return None


def attack(port, seed, count, findings, statuses):
    r = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(count):
        path, data = make(r)
        try:
            connection.request("POST", path, data, {"content-type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            headers = {name.lower(): value for name, value in response.getheaders()}
            statuses.append(response.status)
            wrong = fault(path, response.status, headers, answer)
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
            answer, wrong = b"", repr(error)
            connection.close()
        if wrong:
            findings.append((wrong, path, data[:400], answer[:300]))
    connection.close()


def run(checks, server, count=REQUESTS, seed=1):
    with checks.section("random requests"):
        findings, statuses = [], []
        threads = [
            threading.Thread(
                target=attack, args=(server.port, f"{seed}-{index}", count // THREADS, findings, statuses))
            for index in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for finding in findings[:10]:
            checks.check("a random request is answered as it should", False, finding)
        checks.check(f"{count} random requests are answered", not findings, len(findings))
        served = statuses.count(200)
        checks.check("some of them are served", served > count // 20, served)
        checks.check("the server lives", server.is_alive())


def main():
    checks = Checks()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with Server(TINY, "--memory", "2GiB", "--quiet") as server:
        run(checks, server, count, seed)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
