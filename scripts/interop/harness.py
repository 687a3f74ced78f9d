"""Shared by the checks: a list of results, and a server as a child process."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = str(ROOT / os.environ.get("SYDEV_BINARY", ".build/release/switchyard"))
TINY = ROOT / "models/tiny"


def default_model():
    """The packed default model; None if it was not made."""
    given = os.environ.get("SYDEV_DEFAULT_PACK")
    packs = [pathlib.Path(given)] if given else sorted((ROOT / "models/smollm2").glob("*.switchyard"))
    return packs[0] if packs else None


class Checks:
    """Prints a line for each check and counts those that failed."""

    def __init__(self):
        self.failed = 0
        self.passed = 0

    def check(self, name, holds, detail=""):
        if holds:
            self.passed += 1
            print(f"ok    {name}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL  {name}: {str(detail)[:600]}", flush=True)
        return bool(holds)

    def equal(self, name, found, expected):
        return self.check(name, found == expected, f"found {found!r}, expected {expected!r}")

    def skip(self, name, why):
        print(f"skip  {name}: {why}", flush=True)

    @contextlib.contextmanager
    def section(self, name):
        """An exception inside fails the section; the next one still runs."""
        try:
            yield
        except Exception:  # noqa: BLE001: any exception is a finding
            self.check(name, False, traceback.format_exc(limit=-4))

    def finish(self):
        print(f"{self.passed} checks passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0


class Server:
    """`switchyard serve` on a port of its own; ends with the `with` block."""

    READY = re.compile(r"ready on http://(.+):(\d+) in")

    def __init__(self, model, *flags, ready_seconds=60):
        command = [BINARY, "serve", "--model", str(model), "--port", "0", *map(str, flags)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, errors="replace")
        self.lines = []
        self.port = None
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(ready_seconds) or self.port is None:
            self.kill()
            raise RuntimeError(f"{' '.join(command)} did not start: {self.lines[-5:]}")
        self.url = f"http://127.0.0.1:{self.port}"

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            if found := self.READY.search(line):
                self.port = int(found[2])
                self._ready.set()
        self._ready.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.terminate()
            try:
                self.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wait(self, seconds):
        """The exit status; negative when a signal ended the process."""
        status = self.process.wait(seconds)
        self._reader.join(5)
        return status

    def is_alive(self):
        """Whether the process runs and answers."""
        if self.process.poll() is not None:
            return False
        try:
            return self.get("/livez")[0] == 200
        except OSError:
            return False

    def request(self, method, path, body=None, headers=None, seconds=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, None, headers)

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)

    def metrics(self):
        """Values by name with labels, as in the text; and sums by the name alone."""
        values = {}
        for line in self.get("/metrics")[1].decode().splitlines():
            if line and not line.startswith("#"):
                key, value = line.rsplit(" ", 1)
                values[key] = float(value)
                name = key.split("{")[0]
                if name != key:
                    values[name] = values.get(name, 0.0) + float(value)
        return values

    def resident_bytes(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) * 1024


def chat_body(text, **fields):
    """A greedy chat request of few tokens."""
    body = {"messages": [{"role": "user", "content": text}], "max_tokens": 24, "temperature": 0}
    body.update(fields)
    return body


def normalized(stream):
    """A stream's bytes without what differs from request to request."""
    stream = re.sub(rb'"id":"[a-z]+-[0-9a-f]+"', b'"id":"ID"', stream)
    return re.sub(rb'"created":\d+', b'"created":0', stream)


def wait_until(condition, seconds):
    """Polls until the condition is true; returns how long it took, or None if it never was."""
    start = time.monotonic()
    while True:
        if condition():
            return time.monotonic() - start
        if time.monotonic() - start > seconds:
            return None
        time.sleep(0.02)
