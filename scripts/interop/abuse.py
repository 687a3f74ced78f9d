"""Many clients at once, and clients that leave. See scripts/abuse.sh.

Whatever runs beside a request, its answer has the same bytes as alone: on any number of threads, with
any instruction set. Whoever goes away leaves nothing behind.
"""

import argparse
import asyncio
import random
import re
import subprocess
import sys
import time

from clients import Broken, HTTP1Client, HTTP2Client, disconnect
from harness import BINARY, TINY, Checks, Server, default_model, normalized, wait_until

CLIENTS = 16
CHAT = "/v1/chat/completions"
SYSTEM = "You are a careful assistant who reads a question twice before it answers. " * 4
GAUGES = ("switchyard_running_sequences", "switchyard_queue_requests", "switchyard_kv_blocks_used")


def requests():
    """Short and long prompts, some with a common beginning, most of them greedy."""
    result = []
    for index, topic in enumerate(["the sea", "rain", "an old clock", "prime numbers", "bread"]):
        for system in (None, SYSTEM):
            messages = [{"role": "system", "content": system}] if system else []
            messages.append({"role": "user", "content": f"Tell me about {topic}. " * (index + 1)})
            body = {
                "messages": messages, "max_tokens": 12 + 5 * index, "temperature": 0,
                "stream": True, "stream_options": {"include_usage": True},
            }
            result.append(body)
    drawn = {**result[1], "temperature": 1, "top_p": 0.9, "seed": 5}
    choices = {**drawn, "n": 3, "max_tokens": 8, "logprobs": True, "top_logprobs": 2}
    return [*result, drawn, choices]


def essence(stream):
    """An answer without what a prefix cache, or the order of several choices, may change."""
    text = re.sub(rb',"prompt_tokens_details":\{[^}]*\}', b"", normalized(stream))
    lines = [line for line in text.split(b"\n\n") if line]
    if not lines or lines[-1] != b"data: [DONE]":
        raise Broken(f"the stream is not whole: {text[-200:]!r}")
    index = re.compile(rb'"choices":\[\{"index":(\d+)')
    return sorted(lines, key=lambda line: int(found[1]) if (found := index.search(line)) else -1)


async def alone(server, bodies):
    client = HTTP1Client(server.port)
    answers = [essence(await client.stream(CHAT, body)) for body in bodies]
    await client.close()
    return answers


async def together(server, bodies, expected, seconds, rounds):
    """16 clients, half of them over HTTP/2, for a time and at least some rounds each. Returns how
    many streams there were and what was wrong."""
    deadline = time.monotonic() + seconds
    wrong, count = [], 0

    async def work(number):
        nonlocal count
        client = (HTTP2Client if number % 2 else HTTP1Client)(server.port)
        order = random.Random(number)
        done = 0
        while (done < rounds or time.monotonic() < deadline) and len(wrong) < 5:
            index = order.randrange(len(bodies))
            try:
                found = essence(await asyncio.wait_for(client.stream(CHAT, bodies[index]), 120))
                if found != expected[index]:
                    wrong.append(f"request {index} over {type(client).__name__}: {difference(found, expected[index])}")
            except (Broken, OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                wrong.append(f"request {index}: {error!r}"[:400])
                await client.close()
            done += 1
            count += 1
        await client.close()

    await asyncio.gather(*(work(number) for number in range(CLIENTS)))
    return count, wrong


def difference(found, expected):
    for index, (left, right) in enumerate(zip(found, expected)):
        if left != right:
            return f"line {index}: {left[-160:]!r} for {right[-160:]!r}"
    return f"{len(found)} lines for {len(expected)}"


def load(checks, name, model, flags, bodies, expected, seconds, rounds=1):
    """Returns the answers to the requests, each asked alone; they must equal `expected` if given."""
    with checks.section(name), Server(model, "--quiet", *flags) as server:
        solo = asyncio.run(alone(server, bodies))
        if expected is not None:
            checks.check(
                f"{name}: alone, the same bytes as on other kernels and threads", solo == expected,
                [difference(a, b) for a, b in zip(solo, expected) if a != b])
        count, wrong = asyncio.run(together(server, bodies, solo, seconds, rounds))
        checks.check(f"{name}: {count} streams of {CLIENTS} clients as alone", not wrong, wrong)
        returned(checks, server, name)
        return solo
    return None


def returned(checks, server, name):
    def idle():
        values = server.metrics()
        return all(values[gauge] == 0 for gauge in GAUGES)

    took = wait_until(idle, 1)
    values = server.metrics()
    checks.check(
        f"{name}: nothing runs, waits or holds blocks within a second", took is not None,
        {gauge: values[gauge] for gauge in GAUGES})


def departures(checks, model, label):
    """200 disconnects and 200 RST_STREAMs in the middle of streams, twice."""
    body = {
        "messages": [{"role": "user", "content": "Go on and on. " * 20}], "max_tokens": 600,
        "temperature": 0, "ignore_eos": True, "stream": True,
    }

    async def disconnects(port):
        begun = 0
        for start in range(0, 200, 20):
            begun += sum(await asyncio.gather(*(
                disconnect(port, CHAT, body, resets=(start + index) % 2 == 0)
                for index in range(20))))
        return begun

    async def resets(port):
        clients = [HTTP2Client(port) for _ in range(4)]
        begun = sum(await asyncio.gather(*(
            client.reset_streams(CHAT, body, 50) for client in clients)))
        # Closed only now, since the resets by themselves must end the work.
        return begun, clients

    name = f"{label}: departures"
    with checks.section(name), Server(model, "--quiet", "--memory", "2GiB") as server:
        memory = []
        for turn in (1, 2):
            checks.equal(
                f"{name} {turn}: streams begun and disconnected",
                asyncio.run(disconnects(server.port)), 200)
            returned(checks, server, f"{name} {turn}, disconnects")

            async def reset_and_look():
                begun, clients = await resets(server.port)
                checks.equal(f"{name} {turn}: streams begun and reset", begun, 200)
                await asyncio.to_thread(returned, checks, server, f"{name} {turn}, resets")
                for client in clients:
                    await client.close()

            asyncio.run(reset_and_look())
            memory.append(server.resident_bytes())
        grown = (memory[1] - memory[0]) / (1 << 20)
        checks.check(f"{name}: memory is stable ({grown:+.1f} MiB the second time)", grown < 24)
        text = server.request("POST", CHAT, {**body, "stream": False, "max_tokens": 8})
        checks.equal(f"{name}: the server answers after all", text[0], 200)


def instruction_sets():
    """The instruction sets that the CPU has, as the program names them."""
    result = subprocess.run(
        [BINARY, "serve", "--model", str(TINY), "--cpu-isa", "none"], capture_output=True,
        text=True, check=False)
    found = re.search(r": give ([a-z0-9, ]+)", result.stderr)
    if found is None:
        raise RuntimeError(f"cannot tell the instruction sets: {result.stderr}")
    return found[1].split(", ")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=int, nargs="?", default=20)
    seconds = parser.parse_args().seconds
    checks = Checks()
    bodies = requests()
    expected = load(checks, "tiny", TINY, [], bodies, None, max(4, seconds // 4))
    short = max(2, seconds // 10)
    for isa in instruction_sets():
        for threads in (1, 2):
            load(
                checks, f"tiny, {isa}, {threads} threads", TINY,
                ["--cpu-isa", isa, "--threads", threads], bodies, expected, short)
    departures(checks, TINY, "tiny")
    model = default_model()
    if model is None:
        checks.skip("the default model", "models/smollm2 holds no pack; scripts/model.sh makes it")
    else:
        memory = ["--memory", "2GiB"]
        expected = load(checks, "default", model, memory, bodies, None, seconds)
        few = bodies[::4]
        for isa in instruction_sets()[1:]:
            for threads in (1, 2):
                load(
                    checks, f"default, {isa}, {threads} threads", model,
                    [*memory, "--cpu-isa", isa, "--threads", threads], few,
                    expected and expected[::4], 0)
        departures(checks, model, "default")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
