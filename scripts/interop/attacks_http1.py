"""Clients, pipes and limits that could stall the server or starve other clients, over HTTP/1.1.

Health must answer within 50 ms through each attack, by the median of several tries, as the machine
that runs the checks may be busy with other things."""

import contextlib
import http.client
import os
import pathlib
import resource
import signal
import socket
import subprocess
import tempfile
import threading
import time

from harness import BINARY, TINY, Server, wait_until

HEALTH_SECONDS = 0.05
KEY = "a-key-of-the-checks"


def run(checks):
    for name, attack in [
        ("standard error that nobody reads", stuck_log),
        ("idle connections in all places", idle_places),
        ("work in all places", busy_places),
        ("no descriptors left", descriptors),
        ("bodies without a key", unkeyed_bodies),
        ("readers", readers),
        ("SIGTERM under load", drain_load),
        ("SIGTERM and connections kept open", drain_kept),
        ("signals", signals),
        ("what an answer says", answers),
    ]:
        with checks.section(name):
            attack(checks, name)


# Tools


def connect(port):
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def slow_body(port):
    """A connection whose request never ends."""
    client = connect(port)
    client.sendall(
        b"POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{")
    return client


def ask(port, path="/health", method="GET", headers=(), body=b""):
    """One request on a connection of its own: status, headers, body, seconds."""
    start = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body or None, dict(headers))
        response = connection.getresponse()
        text = response.read()
        return response.status, response.headers, text, time.monotonic() - start
    finally:
        connection.close()


def healthy(checks, name, port):
    tries = [ask(port) for _ in range(9)]
    checks.equal(f"{name}: health answers", {status for status, *_ in tries}, {200})
    seconds = sorted(seconds for *_, seconds in tries)
    checks.check(
        f"{name}: within 50 ms", seconds[4] < HEALTH_SECONDS and seconds[-1] < 1,
        [f"{one * 1000:.1f} ms" for one in seconds])


def read_all(client):
    """All bytes until the end of the connection or a reset."""
    data = b""
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(65536):
            data += piece
    return data


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def key_file(text=KEY):
    with tempfile.NamedTemporaryFile("w", suffix=".keys") as file:
        file.write(text + "\n")
        file.flush()
        yield file


# Attacks


def stuck_log(checks, name):
    """The pipe is full before the server starts: start, requests and end must not wait for it."""
    port = free_port()
    read, write = os.pipe()
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(write, b"x" * 4096):
            pass
    os.set_blocking(write, True)
    process = subprocess.Popen(
        [BINARY, "serve", "--model", str(TINY), "--memory", "2GiB", "--port", str(port)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=write)
    os.close(write)
    try:
        def lives():
            with contextlib.suppress(OSError):
                return ask(port)[0] == 200
        if not checks.check(f"{name}: the server starts", wait_until(lives, 30) is not None):
            return
        # More lines than the log's memory holds.
        path = "/" + "a" * 2000
        for _ in range(1200):
            ask(port, path)
        healthy(checks, name, port)
        dropped = [
            float(line.split()[1]) for line in ask(port, "/metrics")[2].decode().splitlines()
            if line.startswith("switchyard_log_lines_dropped_total")]
        checks.check(f"{name}: dropped lines are counted", dropped and dropped[0] > 0, dropped)
        process.send_signal(signal.SIGTERM)
        checks.equal(f"{name}: the drain ends", process.wait(20), 0)
    finally:
        os.close(read)
        if process.poll() is None:
            process.kill()
            process.wait()


def idle_places(checks, name):
    with Server(TINY, "--memory", "2GiB", "--connections", "64") as server:
        clients = [connect(server.port) for _ in range(300)]
        for client in clients[::2]:
            with contextlib.suppress(OSError):
                client.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nX: ")
        healthy(checks, name, server.port)
        checks.equal(f"{name}: others are served too", ask(server.port, "/v1/models")[0], 200)
        open_now = server.metrics()["switchyard_connections_open"]
        checks.check(f"{name}: the limit holds", open_now <= 96, open_now)
        for client in clients:
            client.close()


def busy_places(checks, name):
    """Connections with slow bodies are busy and stay; the reserve still serves health and metrics."""
    with Server(TINY, "--memory", "2GiB", "--connections", "8") as server:
        clients = [slow_body(server.port) for _ in range(8)]
        time.sleep(0.2)
        silent = [connect(server.port) for _ in range(100)]
        healthy(checks, name, server.port)
        checks.equal(f"{name}: metrics answer", ask(server.port, "/metrics")[0], 200)
        status, headers, text, _ = ask(server.port, "/v1/models")
        checks.equal(
            f"{name}: others are told to come back",
            (status, headers["Retry-After"], b"connections_exhausted" in text), (503, "1", True))
        for client in clients + silent:
            client.close()
        served = wait_until(lambda: ask(server.port, "/v1/models")[0] == 200, 5)
        checks.check(f"{name}: the places come back", served is not None)


def descriptors(checks, name):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Server(TINY, "--memory", "2GiB") as server:
        pid = server.process.pid
        kept = [connect(server.port) for _ in range(4)]
        for client in kept:
            client.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            client.recv(4096)
        # Busy connections take every free descriptor below the highest.
        busy = []
        for _ in range(64):
            numbers = [int(entry) for entry in os.listdir(f"/proc/{pid}/fd")]
            if busy and len(numbers) == max(numbers) + 1:
                break
            busy.append(slow_body(server.port))
            time.sleep(0.05)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (max(numbers) + 1, limit[1]))
        healthy(checks, f"{name}: idle connections are given up", server.port)
        fillers = [slow_body(server.port) for _ in range(20)]
        time.sleep(2)
        for client in fillers:
            client.close()
        checks.check(
            f"{name}: it is served again", wait_until(lambda: ask(server.port)[0] == 200, 10))
        failures = server.metrics()["switchyard_accept_failures_total"]
        checks.check(
            f"{name}: the accept loop fails now and then, and does not spin", 0 < failures < 200,
            failures)
        for client in kept + busy:
            client.close()
    low = subprocess.run(
        ["bash", "-c", 'ulimit -n 64; exec "$0" serve --model "$1" --memory 2GiB --port "$2" & '
         'child=$!; for _ in $(seq 100); do sleep 0.1; curl -sf -m 1 "localhost:$2/readyz" && break; '
         'done; curl -s "localhost:$2/metrics" | grep ^switchyard_connections_max; '
         'kill -TERM $child; wait $child', BINARY, str(TINY), str(free_port())],
        capture_output=True, text=True, timeout=60, check=False)
    places = [
        float(line.split()[1]) for line in low.stdout.splitlines() if "connections_max" in line]
    checks.check(
        f"{name}: the limits fit the descriptors", len(places) == 2 and sum(places) < 64, low)


def unkeyed_bodies(checks, name):
    with key_file() as keys, Server(
            TINY, "--memory", "2GiB", "--api-key-file", keys.name) as server:
        heads = []
        for index in range(64):
            client = connect(server.port)
            fields = "Expect: 100-continue\r\n" if index % 2 else ""
            client.sendall(
                b"POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n"
                + fields.encode() + b"\r\n{")
            heads.append(client)
        statuses = {client.recv(4096)[:13] for client in heads}
        checks.equal(f"{name}: all are refused by their heads", statuses, {b"HTTP/1.1 401 "})
        healthy(checks, name, server.port)
        body = b'{"prompt":"a","max_tokens":1}'
        status = ask(
            server.port, "/v1/completions", "POST", {"Authorization": f"Bearer {KEY}"}, body)[0]
        checks.equal(f"{name}: with a key one is served", status, 200)
        status, _, text, _ = ask(server.port, "/v1/chat/completion")
        checks.equal(
            f"{name}: no path is told without a key", (status, b"/v1/chat/completions" in text),
            (401, False))


def readers(checks, name):
    """A slow reader is served to the end, one that reads nothing is cut off."""
    with Server(TINY, "--memory", "2GiB") as server:
        size = len(ask(server.port, "/metrics")[2])
        count = (24 << 20) // size
        clients = []
        for _ in range(2):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
            client.settimeout(20)
            client.connect(("127.0.0.1", server.port))
            threading.Thread(target=pipeline, args=(client, count), daemon=True).start()
            clients.append(client)
        slow, stalled = clients
        received = 0
        end = time.monotonic() + 25
        while time.monotonic() < end:
            received += len(slow.recv(2048))
            time.sleep(0.5)
        healthy(checks, name, server.port)
        while received < count * size:
            piece = slow.recv(1 << 20)
            if not piece:
                break
            received += len(piece)
        checks.check(
            f"{name}: a slow one gets all", received >= count * size, (received, count * size))
        cut = wait_until(
            lambda: server.metrics().get('switchyard_http_timeouts_total{timer="reader"}'), 40)
        checks.check(f"{name}: one that takes nothing is cut off", cut is not None)
        slow.close()
        stalled.close()


def pipeline(client, count):
    with contextlib.suppress(OSError):
        for _ in range(count):
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")


def drain_load(checks, name):
    """Short requests, on kept connections and each on one of its own: none that has begun is lost."""
    for attempt, work in enumerate([hammer, hammer, reconnect, reconnect]):
        with Server(TINY, "--memory", "2GiB") as server:
            results = []
            threads = [
                threading.Thread(target=work, args=(server.port, results)) for _ in range(16)]
            for thread in threads:
                thread.start()
            time.sleep(1)
            server.terminate()
            status = server.wait(20)
            for thread in threads:
                thread.join(20)
            lost = [why for _, why in results if why]
            answered = sum(count for count, _ in results)
            checks.check(
                f"{name}, {attempt + 1}, {work.__name__}: none lost", not lost and status == 0 and answered > 0,
                (lost, status, answered))


def hammer(port, results):
    """Sends requests until told to stop; counts answers and records losses."""
    count = 0
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        while True:
            connection.request("GET", "/livez")
            response = connection.getresponse()
            response.read()
            count += 1
            if response.will_close:
                results.append((count, None))
                return
    except OSError as error:
        results.append((count, repr(error)))
    except http.client.HTTPException as error:
        results.append((count, repr(error)))


def reconnect(port, results):
    """Sends requests on new connections until none is accepted; records losses on those that were."""
    count = 0
    while True:
        try:
            connection = connect(port)
        except OSError:
            results.append((count, None))
            return
        try:
            with connection:
                connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                answer = b""
                while part := connection.recv(4096):
                    answer += part
            if not answer.startswith(b"HTTP/1.1 200 "):
                raise OSError(f"the answer is {answer!r}")
        except OSError as error:
            results.append((count, repr(error)))
            return
        count += 1


def drain_kept(checks, name):
    with Server(TINY, "--memory", "2GiB") as server:
        idle, half, stream = (connect(server.port) for _ in range(3))
        idle.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        idle.recv(4096)
        half.sendall(b"GET /livez HTTP/1.1\r\nHo")
        body = b'{"prompt":"a","max_tokens":400,"ignore_eos":true,"stream":true}'
        stream.sendall(
            b"POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body)
        head = stream.recv(1024)
        server.terminate()
        text = head + read_all(stream)
        ended = time.monotonic()
        checks.check(
            f"{name}: the stream ends whole and its connection with it",
            text.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n"), text[-80:])
        checks.equal(f"{name}: exits", server.wait(20), 0)
        seconds = time.monotonic() - ended
        checks.check(f"{name}: soon", seconds < 3, f"{seconds:.2f} s")
        for client in (idle, half, stream):
            client.close()


def signals(checks, name):
    with key_file() as keys, Server(
            TINY, "--memory", "2GiB", "--api-key-file", keys.name) as server:
        def status(key):
            return ask(server.port, "/v1/models", headers={"Authorization": f"Bearer {key}"})[0]
        def rewrite(text):
            pathlib.Path(keys.name).write_text(text)
            server.process.send_signal(signal.SIGHUP)
        rewrite("another-key\n")
        read = wait_until(lambda: status("another-key") == 200, 5)
        checks.check(f"{name}: SIGHUP reads the keys again", read is not None and status(KEY) == 401)
        rewrite("bad\n")
        kept = wait_until(lambda: any("keys stay" in line for line in server.lines), 5)
        checks.check(
            f"{name}: a bad file changes nothing, and the log says so",
            kept is not None and status("another-key") == 200, server.lines[-3:])
        client = connect(server.port)
        body = b'{"prompt":"a","max_tokens":3000,"ignore_eos":true,"stream":true}'
        client.sendall(
            b"POST /v1/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer another-key\r\n"
            b"Content-Length: 100000\r\n\r\n" + body)
        time.sleep(0.3)
        server.terminate()
        wait_until(lambda: any("finishing" in line for line in server.lines), 5)
        # What comes within 200 ms counts as the first one.
        time.sleep(0.3)
        for _ in range(3):
            with contextlib.suppress(ProcessLookupError):
                server.process.send_signal(signal.SIGINT)
        checks.equal(f"{name}: a second one ends the drain with", server.wait(5), -signal.SIGINT)
        checks.check(
            f"{name}: and says what was lost",
            any("1 connection cut off" in line for line in server.lines), server.lines[-3:])
        client.close()


def answers(checks, name):
    with Server(TINY, "--memory", "2GiB", "--cors-origin", "http://localhost:3000") as server:
        preflight = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
        status, headers, *_ = ask(server.port, "/v1/completions", "OPTIONS", preflight)
        checks.equal(
            f"{name}: an allowed page's preflight",
            (status, headers["Access-Control-Allow-Origin"]), (204, "http://localhost:3000"))
        preflight["Origin"] = "http://other.example"
        status, _, text, _ = ask(server.port, "/v1/completions", "OPTIONS", preflight)
        checks.equal(
            f"{name}: another's says how to allow it", (status, b"--cors-origin" in text),
            (405, True))
        status, headers, text, _ = ask(
            server.port, "/v1/completions", "POST", {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08")
        checks.equal(
            f"{name}: a compressed body is refused by name",
            (status, headers["Accept-Encoding"], b"gzip" in text), (415, "identity", True))
        client = connect(server.port)
        client.sendall(b"GET /\xc2\x9b31m\xe2\x80\xa8 HTTP/1.1\r\nHost: a\r\n\r\n")
        read_all(client)
        ask(server.port, "/" + "b" * 7000)
        wait_until(lambda: any("/bbb" in line for line in server.lines), 5)
        log = [line for line in server.lines if "ready on" not in line]
        checks.check(
            f"{name}: the log's lines are printable and bounded",
            all(line.isascii() and line.isprintable() and len(line) < 1500 for line in log), log)
        taken = subprocess.run(
            [BINARY, "serve", "--model", str(TINY), "--memory", "2GiB", "--port", str(server.port)],
            capture_output=True, text=True, timeout=60, check=False)
        said = taken.stderr.strip().splitlines()
        checks.check(
            f"{name}: a taken port is one plain sentence",
            taken.returncode == 1 and said[-1:] and "Z switchyard: error: cannot listen" in said[-1]
            and "--port" in said[-1] and "ptr" not in said[-1], (taken.returncode, said))
