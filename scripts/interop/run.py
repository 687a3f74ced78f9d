"""All interoperability checks, in order; exits 1 if any failed. See scripts/interop.sh."""

import sys

import attacks_http1
import attacks_http2
import body_checks
import command_checks
import first_use
import input_checks
import native_checks
import openai_checks
import operation_checks
import request_fuzz
import transport_checks
from harness import TINY, Checks, Server, default_model


def main():
    checks = Checks()
    with checks.section("models/tiny"), Server(TINY, "--memory", "2GiB") as server:
        openai_checks.run(checks, server, "tiny", expects_sense=False)
        transport_checks.run(checks, server, "tiny")
        native_checks.run(checks, server)
        input_checks.run(checks, server)
        operation_checks.run(checks, server)
        body_checks.run(checks, server)
        request_fuzz.run(checks, server)
        server.terminate()
        checks.equal("the server ends by SIGTERM with", server.wait(30), 0)
    transport_checks.drain(checks, TINY, "tiny")
    transport_checks.drain_delay(checks, TINY, "tiny")
    attacks_http1.run(checks)
    attacks_http2.run(checks, TINY, "tiny")
    command_checks.run(checks)
    with checks.section("first use"):
        first_use.run(checks)
    model = default_model()
    if model is None:
        checks.skip("the default model", "models/smollm2 holds no pack; scripts/model.sh makes it")
    else:
        with checks.section("the default model"), Server(model, "--memory", "4GiB") as server:
            openai_checks.run(checks, server, "default", expects_sense=True)
            transport_checks.run(checks, server, "default")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
