#!/usr/bin/env python3
"""Compares loadtest's figures with another client's on one server.

Both clients run at the same time, so that what the machine does meanwhile concerns both, one
request after the other each: clients with several requests under way fall into step with the
server's batches, and which of them gets the better place is chance. The other client is a
program that takes loadclient.py's options and prints its JSON.

  loadtest/agreement.py --client CLIENT.py --url http://127.0.0.1:8080 --rounds 6

Exit status 1 when a figure's median over the rounds differs by more than --tolerance.
"""
import argparse
import json
import statistics
import subprocess
import sys

FIGURES = {  # Our key, the other client's path to the same figure.
    "output_throughput": ("out_tok_s",),
    "median_ttft_ms": ("ttft_ms", "p50"),
    "mean_ttft_ms": ("ttft_ms", "mean"),
    "median_itl_ms": ("itl_ms", "p50"),
    "mean_itl_ms": ("itl_ms", "mean"),
    "median_tpot_ms": ("tpot_ms", "p50"),
    "mean_tpot_ms": ("tpot_ms", "mean"),
    "median_e2el_ms": ("e2e_ms", "p50"),
    "mean_e2el_ms": ("e2e_ms", "mean"),
}


def run_round(options, seed):
    """Both clients' reports of one round."""
    common = ["--concurrency", "1", "--requests", str(options.requests), "--endpoint",
              "completions", "--warmup", "4"]
    ours = [options.loadtest, "--url", options.url, "--quiet", "--json", "--seed", str(seed)]
    other = [sys.executable, options.client, "--base-url", options.url, "--seed", str(seed + 1)]
    running = [subprocess.Popen(command + common, stdout=subprocess.PIPE)
               for command in (ours, other)]
    reports = [json.loads(process.communicate()[0]) for process in running]
    if any(process.returncode for process in running):
        sys.exit("a client failed")
    return reports


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--client", required=True)
    parser.add_argument("--loadtest", default=".build/release/loadtest")
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1, help="prompts; new ones need a new seed")
    parser.add_argument("--tolerance", type=float, default=0.05)
    options = parser.parse_args()

    pairs = {figure: [] for figure in FIGURES}
    for index in range(options.rounds):
        ours, other = run_round(options, options.seed + 2 * index)
        for figure, path in FIGURES.items():
            value = other
            for key in path:
                value = value[key]
            pairs[figure].append((ours[figure], value))

    print(f"{'':20}{'loadtest':>12}{'other':>12}{'difference':>12}")
    worst = 0.0
    for figure, values in pairs.items():
        first, second = (statistics.median(side) for side in zip(*values))
        difference = second / first - 1
        worst = max(worst, abs(difference))
        print(f"{figure:20}{first:12.2f}{second:12.2f}{difference:12.1%}")
    sys.exit(worst > options.tolerance)


if __name__ == "__main__":
    main()
