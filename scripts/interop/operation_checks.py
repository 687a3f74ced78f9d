"""Keys, metrics, Prometheus."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from harness import TINY, Server, chat_body

KEY = "sk-interop-0123456789"


def run(checks, server):
    with checks.section("keys"):
        keys(checks)
    with checks.section("metrics"):
        metrics(checks, server)


def keys(checks):
    with tempfile.NamedTemporaryFile("w", suffix=".keys") as file:
        file.write(f"# clients\nalice {KEY}\nanother-key-9876\n")
        file.flush()
        with Server(TINY, "--host", "0.0.0.0", "--api-key-file", file.name) as server:
            body = chat_body("Hi")

            def status(header):
                headers = {"authorization": header} if header else {}
                return server.post("/v1/chat/completions", body, headers)[0]

            checks.equal("without a key", status(None), 401)
            checks.equal("with a wrong key", status("Bearer wrong-key-00000000"), 401)
            checks.equal("with half a key", status("Bearer " + KEY[:-1]), 401)
            checks.equal("with another scheme", status("Basic " + KEY), 401)
            checks.equal("with the key", status("Bearer " + KEY), 200)
            checks.equal("with the other key", status("bearer another-key-9876"), 200)
            checks.equal("models without a key", server.get("/v1/models")[0], 401)
            checks.equal("metrics without a key", server.get("/metrics")[0], 401)
            checks.equal("livez without a key", server.get("/livez")[0], 200)
            checks.equal("readyz without a key", server.get("/readyz")[0], 200)
            answer = server.post("/v1/chat/completions", body)[1].decode()
            checks.check("a refusal tells no key", KEY not in answer, answer)
            time.sleep(0.2)  # The log is gathered for some milliseconds.
            checks.check("the log tells no key", not any(KEY in line for line in server.lines))
            log_lines(checks, server)


def log_lines(checks, server):
    stamp = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
    start = stamp + r"127\.0\.0\.1 POST /v1/chat/completions "
    served = start + r"200 \d+B [\d.]+ms id=\S+ key=(alice|key-3) prompt=\d+ generated=\d+ ttft=[\d.]+ms$"
    refused = start + r"401 \d+B [\d.]+ms id=\S+ reason=(missing|invalid)_api_key$"
    names = {found[1] for line in server.lines if (found := re.match(served, line))}
    checks.equal("the log's lines name the key and count tokens", names, {"alice", "key-3"})
    checks.check(
        "the log's lines tell why a request was refused",
        sum(bool(re.match(refused, line)) for line in server.lines) >= 4, server.lines[-6:])


def metrics(checks, server):
    text = server.get("/metrics")[1]
    values = server.metrics()
    for name in (
        "switchyard_requests_total", "switchyard_generation_tokens_total",
        "switchyard_time_to_first_token_seconds_count", "vllm:num_requests_running",
        "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc", "process_resident_memory_bytes",
        "switchyard_memory_bytes", "switchyard_kv_blocks",
    ):
        checks.check(f"metrics have {name}", name in values, sorted(values)[:5])
    text_lines = text.decode().splitlines()
    checks.check(
        "the model's label is model_name everywhere",
        not any('{model="' in line or ',model="' in line for line in text_lines))
    checks.check("requests were counted", values.get("switchyard_requests_total", 0) > 0)
    promtool = tool("promtool")
    if promtool is None:
        checks.skip("promtool check metrics", "promtool is not installed")
    else:
        result = subprocess.run(
            [promtool, "check", "metrics"], input=text, capture_output=True, timeout=30,
            check=False)
        # vLLM's names have a colon, which promtool accepts for recording rules only.
        lines = (result.stdout + result.stderr).decode().splitlines()
        findings = [
            line for line in lines
            if not (line.startswith("vllm:") and line.endswith("should not contain ':'"))
        ]
        checks.check(
            "promtool finds nothing wrong but vLLM's names",
            result.returncode in (0, 3) and not findings, (result.returncode, findings))
    prometheus = tool("prometheus")
    if prometheus is None:
        checks.skip("a Prometheus scrape", "prometheus is not installed")
    else:
        scrape(checks, server, prometheus)


def tool(name):
    """A Prometheus program, from PATH or from the Debian package that interop.sh unpacked."""
    unpacked = pathlib.Path(os.environ.get("SYDEV_PROMETHEUS", "/nonexistent")) / name
    return str(unpacked) if unpacked.exists() else shutil.which(name)


def scrape(checks, server, prometheus):
    """A real Prometheus reads /metrics, and its own API must return what it read."""
    with tempfile.TemporaryDirectory(prefix="switchyard-prometheus-") as folder:
        root = pathlib.Path(folder)
        (root / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
            "scrape_configs:\n- job_name: switchyard\n  static_configs:\n"
            f"  - targets: ['127.0.0.1:{server.port}']\n")
        port = free_port()
        process = subprocess.Popen(
            [prometheus, f"--config.file={root / 'prometheus.yml'}",
             f"--storage.tsdb.path={root / 'data'}", f"--web.listen-address=127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            def query(expression):
                url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode(
                    {"query": expression})
                with urllib.request.urlopen(url, timeout=5) as response:
                    return json.load(response)["data"]["result"]

            result = []
            deadline = time.monotonic() + 25
            while not result and time.monotonic() < deadline:
                time.sleep(0.5)
                try:
                    result = [item for item in query("up") if item["value"][1] == "1"]
                except OSError:
                    continue
            checks.check("Prometheus scrapes the server", bool(result))
            count = query("sum(switchyard_requests_total)")
            checks.check(
                "Prometheus sees the requests", bool(count) and float(count[0]["value"][1]) > 0,
                count)
            buckets = query(
                "histogram_quantile(0.5, sum by (le) (switchyard_time_to_first_token_seconds_bucket))")
            checks.check("Prometheus reads the histogram", bool(buckets), buckets)
        finally:
            process.terminate()
            process.wait(10)


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
