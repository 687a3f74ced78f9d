"""What bodies may contain and how much time they may take: tool loops, llama.cpp's tokenizer calls,
prefixes of other keys, prompts of a megabyte."""

import http.client
import json
import tempfile
import threading
import time

import openai

from harness import TINY, Server, chat_body

CHAT = "/v1/chat/completions"
KEYS = ["sk-interop-first-key", "sk-interop-second-key"]


def run(checks, server):
    with checks.section("tool loops"):
        tool_loop(checks, server)
    with checks.section("bodies"):
        bodies(checks, server)
    with checks.section("llama.cpp's tokenizer calls"):
        llama(checks, server)
    with checks.section("a slow reader"):
        slow_reader(checks, server)
    for flags, shared in (((), False), (("--share-prefixes",), True)):
        with checks.section(f"prefixes {flags}"):
            prefixes(checks, flags, shared)
    with checks.section("prompts of a megabyte"):
        huge(checks)


def tool_loop(checks, server):
    client = openai.OpenAI(base_url=server.url + "/v1", api_key="unused", max_retries=0)
    answer = client.chat.completions.create(
        model="tiny", max_tokens=4, messages=[{"role": "user", "content": "Hi"}])
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    for content in ({"content": None}, {}, {"content": ""}):
        again = client.chat.completions.create(
            model="tiny", max_tokens=4, parallel_tool_calls=False,
            messages=[
                {"role": "user", "content": "Hi"}, answer.choices[0].message,
                {"role": "user", "content": "Call f"},
                {"role": "assistant", "tool_calls": [call], **content},
                {"role": "tool", "tool_call_id": "c", "content": "42"}])
        checks.check(
            f"a tool call with {content or 'no content'} is taken", bool(again.choices), again)


def bodies(checks, server):
    text = json.dumps(chat_body("Hi", max_tokens=2, top_p=0)).encode()
    checks.equal("a byte order mark is passed over", server.post(CHAT, b"\xef\xbb\xbf" + text)[0], 200)
    for n in (65, 128):
        status, answer = server.post(CHAT, chat_body("Hi", n=n))
        error = json.loads(answer)["error"]
        checks.check(
            f"n {n} is refused by name and limit",
            status == 400 and error["param"] == "n" and "64" in error["message"], answer)
    status, answer = server.post(
        "/v1/completions", {"prompt": "Hi", "max_tokens": 0, "echo": True, "logprobs": 1})
    checks.equal(
        "a scored prompt ends by length", json.loads(answer)["choices"][0]["finish_reason"], "length")


def llama(checks, server):
    def call(path, body):
        return json.loads(server.post(path, body)[1])

    text = "Hello there, é"
    plain = call("/tokenize", {"content": text})["tokens"]
    checks.equal(
        "content and prompt give the same tokens", plain,
        call("/tokenize", {"prompt": text, "add_special_tokens": False})["tokens"])
    pieces = call("/tokenize", {"content": text, "with_pieces": True})["tokens"]
    checks.equal("pieces have the same ids", [piece["id"] for piece in pieces], plain)
    joined = b"".join(
        piece["piece"].encode() if isinstance(piece["piece"], str) else bytes(piece["piece"])
        for piece in pieces)
    checks.equal("pieces join to the text", joined.decode().strip(), text)
    back = call("/detokenize", {"tokens": plain})
    checks.equal("detokenize answers content and prompt", back, {"content": text, "prompt": text})
    chat = call("/tokenize", {"messages": [{"role": "user", "content": "Hi"}]})
    checks.check("a chat is tokenized", chat["count"] > 0, chat)


def slow_reader(checks, server):
    """A client that reads nothing for a while, although much waits for it, loses nothing."""
    body = json.dumps(chat_body(
        "Hi", n=64, logprobs=True, top_logprobs=20, max_tokens=400, ignore_eos=True, stream=True))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", CHAT, body)
    response = connection.getresponse()
    answer = response.read(1 << 20)
    time.sleep(3)
    answer += response.read()
    connection.close()
    checks.check(
        "a stream is whole after a pause of its reader",
        answer.endswith(b"data: [DONE]\n\n") and answer.count(b'"finish_reason":"length"') == 64,
        (len(answer), answer[-60:]))


def prefixes(checks, flags, shared):
    """Whether a request of one key makes another key's answer begin sooner."""
    with tempfile.NamedTemporaryFile("w", suffix=".keys") as file:
        file.write("\n".join(KEYS))
        file.flush()
        with Server(TINY, "--api-key-file", file.name, "--quiet", *flags) as server:
            def cached(key, **fields):
                body = {"prompt": "one two three four " * 20, "max_tokens": 1, **fields}
                answer = json.loads(server.post(
                    "/v1/completions", body, {"authorization": "Bearer " + key})[1])
                return answer["usage"]["prompt_tokens_details"]["cached_tokens"]

            checks.equal("nothing is cached at first", cached(KEYS[0]), 0)
            checks.check("a key finds its own prefix", cached(KEYS[0]) > 0)
            checks.equal("another key finds it", cached(KEYS[1]) > 0, shared)
            checks.equal("a salt of one's own finds nothing", cached(KEYS[0], cache_salt="s"), 0)
            checks.check("until it is there", cached(KEYS[0], cache_salt="s") > 0)


def huge(checks):
    """Six clients repeat a prompt that fits no context; others are not delayed."""
    with Server(TINY, "--memory", "1GiB", "--quiet") as server:
        body = json.dumps({"prompt": "word " * 220_000, "max_tokens": 1})
        stop = threading.Event()
        refused = []

        def loop():
            while not stop.is_set():
                try:
                    refused.append(server.post("/v1/completions", body)[0])
                except OSError as error:
                    refused.append(repr(error))

        threads = [threading.Thread(target=loop) for _ in range(6)]
        for thread in threads:
            thread.start()
        statuses, slowest = [], 0.0
        end = time.monotonic() + 4
        while time.monotonic() < end:
            start = time.monotonic()
            checked = server.get("/health")[0]
            slowest = max(slowest, time.monotonic() - start)
            statuses += [checked, server.post(CHAT, chat_body("Hi", max_tokens=2))[0]]
        stop.set()
        for thread in threads:
            thread.join()
        checks.check(
            "beside prompts of a megabyte small requests are served",
            len(statuses) > 20 and set(statuses) == {200},
            {status: statuses.count(status) for status in set(statuses)})
        checks.check(f"and health answers soon ({slowest * 1000:.0f} ms)", slowest < 0.1)
        checks.check("the prompts are refused for good", set(refused) == {400}, set(refused))
