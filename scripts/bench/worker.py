"""The side of a worker: loads a model, then measures the cases that standard input names."""

import argparse
import json
import os
import sys
import types


def serve(load):
    """`load(model, threads)` returns a function from a case to the tokens a second of one run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    # Engines print what they like to standard output, so results go to a copy of it.
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def reply(value):
        print(json.dumps(value), file=results, flush=True)

    run = load(arguments.model, arguments.threads)
    reply({"ready": True})
    for line in sys.stdin:
        case = types.SimpleNamespace(**json.loads(line))
        run(case)  # the first run of a shape allocates and compiles
        reply({"rates": [run(case) for _ in range(case.repetitions)]})
