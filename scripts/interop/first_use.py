"""The first use of a checkpoint, which is packed then: probes see a server that is alive and not ready, a
signal ends it at once, and of two servers one packs."""

import http.client
import pathlib
import signal
import subprocess
import tempfile
import time

from harness import BINARY, ROOT, wait_until


def checkpoint():
    """One that is large enough to be packed; None where none was fetched."""
    return next(iter(sorted((ROOT / "models/smollm2").glob("*.gguf"))), None)


class Starting:
    """A server that may not be ready for long, on a port of its own."""

    def __init__(self, model, folder, log):
        with subprocess.Popen(
            ["python3", "-c", "import socket; s=socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"],
            stdout=subprocess.PIPE, text=True) as free:
            self.port = int(free.stdout.read())
        self.log = open(log, "w+")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--model", str(model), "--cache-dir", str(folder), "--port", str(self.port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log)

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()


def run(checks):
    model = checkpoint()
    if model is None:
        checks.skip("first use", "models/smollm2 holds no checkpoint; scripts/model.sh fetches it")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        cache = folder / "cache"
        first = Starting(model, cache, folder / "first.log")
        second = None
        try:
            checks.check("alive at once", wait_until(lambda: first.get("/livez")[0] == 200, 5) is not None)
            checks.equal("not ready meanwhile", first.get("/readyz")[0], 503)
            told = wait_until(lambda: "%" in first.get("/readyz")[1], 10)
            checks.check("and how far it is", told is not None, first.get("/readyz"))
            second = Starting(model, cache, folder / "second.log")
            waits = wait_until(lambda: "waiting for another process" in second.get("/readyz")[1], 10)
            checks.check("a second server waits for the first one's pack", waits is not None)
            start = time.monotonic()
            first.process.send_signal(signal.SIGTERM)
            checks.equal("SIGTERM ends the first with", first.process.wait(10), -signal.SIGTERM)
            print(f"      after {(time.monotonic() - start) * 1000:.0f} ms")
            ready = wait_until(lambda: second.get("/readyz")[0] == 200, 120)
            checks.check("then the second packs and serves", ready is not None)
            names = [path.name for path in cache.iterdir()]
            checks.check(
                "one pack is left, and no part of another",
                len(names) == 1 and names[0].endswith(".switchyard"), names)
        finally:
            first.end()
            if second:
                second.end()
