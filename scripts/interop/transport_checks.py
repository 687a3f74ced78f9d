"""The same bytes over HTTP/1.1 and HTTP/2, by curl and httpx; SIGTERM."""

import json
import shutil
import signal
import subprocess
import time

import httpx

from harness import Server, chat_body, normalized, wait_until


def run(checks, server, label):
    with checks.section(f"{label}: curl"):
        curl(checks, server, label)
    with checks.section(f"{label}: httpx over HTTP/2"):
        http2(checks, server, label)


def curl(checks, server, label):
    if shutil.which("curl") is None:
        checks.skip(f"{label}: curl", "not installed")
        return
    for name, path, body in [
        ("chat stream", "/v1/chat/completions", chat_body("Hello?", stream=True, seed=1)),
        ("drawn stream", "/v1/completions",
         {"prompt": "Hello", "stream": True, "seed": 3, "temperature": 1, "max_tokens": 40}),
        ("whole answer", "/v1/chat/completions", chat_body("Hello?")),
    ]:
        answers = {}
        for flag in ("--http1.1", "--http2-prior-knowledge", "--http2"):
            result = subprocess.run(
                ["curl", "-sSN", flag, "-w", "\n%{http_code} %{http_version}", server.url + path,
                 "-d", json.dumps(body)], capture_output=True, timeout=60, check=False)
            output, _, status = result.stdout.rpartition(b"\n")
            answers[flag] = normalized(output)
            expected = b"200 1.1" if flag == "--http1.1" else b"200 2"
            checks.check(
                f"{label}: curl {flag} {name}", result.returncode == 0 and status == expected,
                (result.returncode, status, result.stderr))
        checks.equal(f"{label}: {name}: the same bytes by all three", len(set(answers.values())), 1)
        if body.get("stream"):
            checks.check(
                f"{label}: {name} ends with [DONE]",
                answers["--http1.1"].endswith(b"data: [DONE]\n\n"), answers["--http1.1"][-80:])


def http2(checks, server, label):
    body = chat_body("Hello again")
    with httpx.Client(http1=False, http2=True, base_url=server.url, timeout=60) as client:
        whole = client.post("/v1/chat/completions", json=body)
        checks.equal(f"{label}: httpx speaks", whole.http_version, "HTTP/2")
        text = whole.json()["choices"][0]["message"]["content"]
        streamed = ""
        with client.stream("POST", "/v1/chat/completions", json={**body, "stream": True}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: {"):
                    delta = json.loads(line[6:])["choices"][0]["delta"]
                    streamed += delta.get("content") or ""
        checks.equal(f"{label}: httpx streams over HTTP/2", streamed, text)
        answers = [client.get(path).status_code for path in ("/livez", "/v1/models", "/nowhere")]
        checks.equal(f"{label}: httpx reuses the connection", answers, [200, 200, 404])
        request_id = client.get("/livez", headers={"x-request-id": "abc-1"}).headers["x-request-id"]
        checks.equal(f"{label}: a request keeps its id", request_id, "abc-1")


def drain(checks, model, label):
    """SIGTERM while streams run: they are completed, and the process exits with 0."""
    if shutil.which("curl") is None:
        checks.skip(f"{label}: SIGTERM", "curl is not installed")
        return
    for http_version in ("HTTP/1.1", "HTTP/2"):
        name = f"{label}: SIGTERM over {http_version}"
        with checks.section(name), Server(model, "--threads", 1, "--cpu-isa", "scalar") as server:
            drain_once(checks, server, name, http_version == "HTTP/2")


def drain_delay(checks, model, label):
    """After SIGTERM: not ready, and serving as before; then the drain. A second signal ends it at once."""
    name = f"{label}: --drain-delay"
    with checks.section(name), Server(model, "--drain-delay", 2) as server:
        start = time.monotonic()
        server.terminate()
        unready = wait_until(lambda: server.get("/readyz")[0] == 503, 1.5)
        checks.check(f"{name}: not ready", unready is not None)
        checks.check(f"{name}: says why", b"draining" in server.get("/readyz")[1])
        checks.equal(f"{name}: health as well", server.get("/health")[0], 503)
        checks.equal(f"{name}: alive", server.get("/livez")[0], 200)
        status = server.post("/v1/chat/completions", chat_body("Hi"))[0]
        checks.equal(f"{name}: serves new connections", status, 200)
        checks.equal(f"{name}: exits", server.wait(10), 0)
        took = time.monotonic() - start
        checks.check(f"{name}: after the delay", 2 <= took < 6, took)
    with checks.section(name), Server(model, "--drain-delay", 60) as server:
        server.terminate()
        server.terminate()
        unready = wait_until(lambda: server.get("/readyz")[0] == 503, 5)
        checks.check(f"{name}: a signal that comes twice at once is one", unready is not None)
        time.sleep(0.3)
        server.terminate()
        checks.equal(f"{name}: a second signal ends it with", server.wait(5), -signal.SIGTERM)


def drain_once(checks, server, name, is_http2):
    # curl, since Python's HTTP/2 closes a connection at the first GOAWAY.
    body = json.dumps(chat_body("Go on", max_tokens=600, ignore_eos=True, stream=True))
    flag = "--http2-prior-knowledge" if is_http2 else "--http1.1"
    command = ["curl", "-sSN", flag, server.url + "/v1/chat/completions", "-d", body]
    clients = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    heads = [client.stdout.readline() for client in clients]
    server.terminate()
    wait_until(lambda: any("finishing" in line for line in server.lines), 5)
    try:
        refused = server.post("/v1/chat/completions", chat_body("Too late"))[0] == 503
    except OSError:
        refused = True
    checks.check(f"{name}: new work is refused", refused)
    answers = [client.communicate(timeout=60) for client in clients]
    whole = [
        client.returncode == 0 and head.startswith(b"data: {")
        and output.endswith(b"data: [DONE]\n\n")
        for client, head, (output, _) in zip(clients, heads, answers)
    ]
    checks.check(
        f"{name}: streams end whole", all(whole), [(output[-80:], errors) for output, errors in answers])
    checks.equal(f"{name}: exits", server.wait(30), 0)
    # The access log's line of a request is written at its end.
    after = server.lines[next(i for i, line in enumerate(server.lines) if "finishing" in line):]
    finished = [line for line in after if "/v1/chat/completions 200" in line]
    checks.check(f"{name}: streams were under way", bool(finished), server.lines[-8:])
