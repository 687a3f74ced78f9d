"""Random requests and disconnects for a long time. See scripts/soak.sh."""

import argparse
import collections
import http.client
import json
import random
import socket
import struct
import sys
import threading
import time

from harness import TINY, Checks, Server, default_model, wait_until

CLIENTS = 16
CONTEXTS = (64, 128, 1000)
GAUGES = (
    "switchyard_running_sequences", "switchyard_queue_requests", "switchyard_queue_tokens",
    "switchyard_kv_blocks_used",
)
WORDS = "the sea is a long way from here and nobody knows what it may bring to an old town".split()


def text(draw, words):
    return " ".join(draw.choice(WORDS) for _ in range(words))


def completion(draw, context):
    """A request for /v1/completions; sometimes one that cannot be served."""
    words = draw.choice([1, 3, 8, 40, context // 2, context, 3 * context])
    prompts = [text(draw, words) for _ in range(draw.choice([1, 1, 1, 2, 4]))]
    body = {"prompt": prompts if len(prompts) > 1 else prompts[0]}
    body["max_tokens"] = draw.choice([1, 4, 16, 60, min(context, 300)])
    if draw.random() < 0.4:
        body["echo"] = True
        if draw.random() < 0.2:
            body["max_tokens"] = 0
    if draw.random() < 0.5:
        body["logprobs"] = draw.choice([0, 1, 5])
    return "/v1/completions", body


def chat(draw, context):
    body = {
        "messages": [{"role": "user", "content": text(draw, draw.choice([1, 5, 20, context]))}],
        "max_tokens": draw.choice([1, 8, 40, 200]),
    }
    if draw.random() < 0.3:
        body.update(logprobs=True, top_logprobs=draw.choice([0, 3, 20]))
    return "/v1/chat/completions", body


def request(draw, context):
    path, body = draw.choice([completion, completion, chat])(draw, context)
    if draw.random() < 0.3:
        body["n"] = draw.choice([2, 3, 8, 64])
        body["max_tokens"] = min(body["max_tokens"], 200 // body["n"])
    if draw.random() < 0.5:
        body["stream"] = True
    if draw.random() < 0.3:
        body.update(temperature=draw.choice([0, 0.7, 2]), seed=draw.randrange(1 << 30))
    if draw.random() < 0.2:
        body["stop"] = draw.choice([["the"], [" a", "is"]])
    if draw.random() < 0.1:
        body["priority"] = draw.choice([-5, 5])
    headers = {"content-type": "application/json"}
    if draw.random() < 0.1:
        headers["x-slo-ttft-ms"] = str(draw.choice([1, 50, 2000]))
    return path, body, headers


class Client(threading.Thread):
    """Sends one request after the other until the time is over."""

    def __init__(self, server, context, number, deadline):
        super().__init__(daemon=True)
        self.server, self.context, self.deadline = server, context, deadline
        self.draw = random.Random(context * 1000 + number)
        self.statuses = collections.Counter()
        self.left = 0
        self.wrong = []

    def run(self):
        while time.monotonic() < self.deadline and len(self.wrong) < 3:
            path, body, headers = request(self.draw, self.context)
            try:
                if self.draw.random() < 0.2:
                    self.depart(path, body, headers)
                else:
                    self.ask(path, body, headers)
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                self.wrong.append(f"{path} {json.dumps(body)[:200]}: {error!r}")

    def ask(self, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        try:
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            if self.draw.random() < 0.1:
                time.sleep(self.draw.random())
            content = response.read()
        finally:
            connection.close()
        self.statuses[response.status] += 1
        if response.status != 200:
            error = json.loads(content)["error"]
            if response.status in (500, 501) or not error["message"]:
                raise ValueError(f"{response.status} {content[:200]}")
            if response.status in (429, 503) and not response.getheader("retry-after"):
                raise ValueError(f"{response.status} without Retry-After")
        elif body.get("stream"):
            if not content.endswith(b"data: [DONE]\n\n") and b'"error"' not in content:
                raise ValueError(f"the stream is not whole: {content[-200:]}")
        else:
            choices = json.loads(content)["choices"]
            prompts = len(body["prompt"]) if isinstance(body.get("prompt"), list) else 1
            if len(choices) != body.get("n", 1) * prompts:
                raise ValueError(f"{len(choices)} choices")

    def depart(self, path, body, headers):
        """Disconnects in some phase: in the head, in the body, before the answer or in it."""
        payload = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: {len(payload)}\r\n\r\n".encode()
        message = head + payload
        phase = self.draw.choice(["head", "body", "sent", "answer"])
        cut = {"head": len(head) // 2, "body": len(head) + len(payload) // 2}.get(phase, len(message))
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        try:
            connection.sendall(message[:cut])
            if phase == "answer":
                connection.settimeout(self.draw.choice([0.05, 0.5]))
                try:
                    connection.recv(100)
                except TimeoutError:
                    pass
            else:
                time.sleep(self.draw.choice([0, 0.01, 0.1]))
            if self.draw.random() < 0.5:
                # A reset instead of an orderly end.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        finally:
            connection.close()
        self.left += 1


def probe(server, deadline, times):
    """Measures how long health checks take meanwhile."""
    while time.monotonic() < deadline:
        start = time.monotonic()
        status, _ = server.get("/health")
        times.append(time.monotonic() - start)
        if status != 200:
            times.append(float("inf"))
        time.sleep(0.2)


def soak(checks, model, context, seconds):
    name = f"context {context}"
    # Little memory: the whole cache is used in the first half, and its blocks run out.
    flags = ["--context", context, "--memory", "384MiB", "--quiet"]
    with checks.section(name), Server(model, *flags) as server:
        resident = []
        for half in (1, 2):
            deadline = time.monotonic() + seconds / 2
            clients = [Client(server, context, 100 * half + n, deadline) for n in range(CLIENTS)]
            times = []
            health = threading.Thread(target=probe, args=(server, deadline, times), daemon=True)
            for thread in [*clients, health]:
                thread.start()
            for thread in [*clients, health]:
                thread.join(seconds + 180)
            checks.check(f"{name}, {half}: every client ended", not any(c.is_alive() for c in clients))
            statuses = sum((c.statuses for c in clients), collections.Counter())
            wrong = [line for c in clients for line in c.wrong]
            left = sum(c.left for c in clients)
            checks.check(
                f"{name}, {half}: {sum(statuses.values())} answers "
                f"({', '.join(f'{n} of {s}' for s, n in sorted(statuses.items()))}), {left} departures",
                not wrong and statuses[200] > 0, wrong)
            checks.check(f"{name}, {half}: the server lives", server.is_alive(), server.lines[-5:])
            idle = wait_until(lambda: all(server.metrics()[g] == 0 for g in GAUGES), 5)
            checks.check(f"{name}, {half}: all is given back", idle is not None, server.metrics())
            resident.append(server.resident_bytes())
            times.sort()
            print(
                f"      health: median {times[len(times) // 2] * 1000:.1f} ms, "
                f"99 of 100 {times[len(times) * 99 // 100] * 1000:.1f} ms, most {times[-1] * 1000:.1f} ms")
        grown = (resident[1] - resident[0]) / (1 << 20)
        stable = f"{name}: memory is stable ({grown:+.1f} MiB in the second half)"
        if seconds < 120:
            checks.skip(stable, "too short to have touched the whole cache before")
        else:
            checks.check(stable, grown < 32)
        faults = server.metrics()["switchyard_numerical_faults_total"]
        checks.equal(f"{name}: no numerical faults", faults, 0)
        server.terminate()
        checks.equal(f"{name}: it ends by itself", server.wait(30), 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=int, nargs="?", default=600)
    seconds = parser.parse_args().seconds
    checks = Checks()
    model = default_model() or TINY
    for context in CONTEXTS:
        soak(checks, model, context, seconds / len(CONTEXTS))
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
