"""What scripts/dockerfile-check runs in namespaces of its own: check.py FOLDER [OPTION...]"""

import argparse
import json
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts/interop"))

import reading_checks  # noqa: E402
from build import Build  # noqa: E402
from container import Container  # noqa: E402
from dockerfile import Refusal  # noqa: E402
from harness import Checks, chat_body, wait_until  # noqa: E402
from host import Host  # noqa: E402

SIZE_MAX = 200_000_000
READY_SECONDS = 60
# What `docker stop` gives a program before it kills it.
STOP_SECONDS = 10
KEYS = "/run/secrets/keys"


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/dockerfile-check")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--target", help="the stage to build and run; the last one without it")
    parser.add_argument(
        "--binary", type=pathlib.Path,
        help="what scripts/build.sh --static made here, to be taken in the place of compiling")
    options = parser.parse_args()
    if options.binary and not options.binary.is_file():
        parser.error(f"--binary {options.binary}: no such file; run scripts/build.sh --static switchyard")
    checks = Checks()
    start = time.monotonic()
    reading_checks.run(checks)
    try:
        build = Build(ROOT, options.work, Host(), say, options.binary)
        image = build.image(options.target)
        has_model = "SWITCHYARD_MODEL" in image.environment
        configuration(checks, image, has_model)
        refusal(checks, image, options.work)
        served(checks, image, options.work, has_model)
    except Refusal as refused:
        checks.check("the Dockerfile's steps", False, str(refused))
    used = os.times()
    cpu = used.children_user + used.children_system
    say(f"{time.monotonic() - start:.0f} s, {cpu:.0f} s of CPU time")
    return checks.finish()


def configuration(checks, image, has_model):
    """What the image is before it runs."""
    size = image.size()
    say(f"the image has {size / 1e6:.0f} MB" + (", its model included" if has_model else ""))
    if not has_model:
        checks.check(f"the image is under {SIZE_MAX // 10**6} MB", size < SIZE_MAX, f"{size} bytes")
    checks.check("its user is not root", "0" not in image.user.split(":"), image.user)
    checks.check("there is a health check", image.health)
    left = [str(path) for path in (image.root / "var/lib/apt/lists").rglob("*") if path.is_file()]
    checks.equal("lists of packages left", left, [])
    for folder in ("source", "opt/toolchain"):
        checks.check(f"/{folder} is not in the image", not (image.root / folder).exists())


def refusal(checks, image, work):
    """Who forgets the keys is told so."""
    binds = [(ROOT / "models/tiny", "/models/tiny")]
    environment = {"SWITCHYARD_MODEL": "/models/tiny"}
    with Container(image, work, environment=environment, binds=binds) as container:
        checks.equal("without keys it ends with", container.wait(STOP_SECONDS), 64)
        checks.check(
            "and names the flag", "give a key with --api-key-file" in "\n".join(container.lines),
            container.lines)


def served(checks, image, work, has_model):
    """The image's own command with a model and a key, on a root that cannot be written."""
    keys = work / "keys"
    keys.write_text("a-key-for-the-check\n", encoding="ascii")
    os.chmod(keys, 0o400)
    os.chown(keys, int(image.user.split(":")[0]), -1)
    environment = {"SWITCHYARD_API_KEY_FILE": KEYS}
    binds = [(keys, KEYS)]
    if not has_model:
        environment["SWITCHYARD_MODEL"] = "/models/tiny"
        binds.append((ROOT / "models/tiny", "/models/tiny"))
    with Container(image, work, environment=environment, binds=binds) as container:
        ready = container_is_ready(checks, container)
        if not ready:
            return
        say(ready)
        processes(checks, container)
        answers(checks, container, "http://127.0.0.1:" + str(image.ports[0]))
        status, seconds = container.stop(STOP_SECONDS)
        checks.equal(f"{image.stop_signal} ends it with", status, 0)
        say(f"stopped in {seconds:.1f} s")


def container_is_ready(checks, container):
    """The line that says so, or None."""
    def has_ended_or_is_ready():
        return container.process.poll() is not None or ready_line(container)
    seconds = wait_until(has_ended_or_is_ready, READY_SECONDS)
    line = ready_line(container)
    checks.check(f"it is ready within {READY_SECONDS} s", line, (seconds, container.lines[-5:]))
    return line


def ready_line(container):
    return next((line for line in container.lines if ": ready on http://" in line), None)


def processes(checks, container):
    """Who the program is, and what it may do."""
    image = container.image
    status = container.status()
    checks.equal("it runs as", status["Uid"].split(), [str(container.user)] * 4)
    checks.equal("in the group", status["Gid"].split(), [str(container.group)] * 4)
    checks.equal("its capabilities are", int(status["CapEff"], 16), 0)
    checks.equal("it is process", status["NSpid"].split()[-1], "1")
    line = ready_line(container)
    address = f"http://0.0.0.0:{image.ports[0]} "
    checks.check("it listens on the port that is exposed", address in line, line)
    flags = pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").split()
    if "avx2" in flags:
        checks.check("it uses the CPU's instruction sets", "cpu-scalar" not in line, line)
    code, text = container.execute(image.health, image.health_seconds)
    checks.check("its health check passes", code == 0, (code, text))
    code, text = container.execute([*image.health, "--ready"], image.health_seconds)
    checks.check("it is ready by the same command", code == 0, (code, text))
    code, text = container.execute(["touch", "/written"], 5)
    checks.check("the root cannot be written", code != 0, text)
    for path in image.volumes:
        code, text = container.execute(["touch", path + "/written"], 5)
        checks.check(f"{path} can be written", code == 0, text)


def answers(checks, container, url):
    """A request with the key, and one without."""
    body = json.dumps(chat_body("What is the capital of France?"))
    question = [url + "/v1/chat/completions", "--data", body]
    key = ["--header", "Authorization: Bearer a-key-for-the-check"]
    status, text = container.curl(*question, *key)
    if checks.check("a chat request with the key", status == 200, (status, text)):
        say("it wrote: " + json.loads(text)["choices"][0]["message"]["content"][:200])
    checks.equal("and one without", container.curl(*question)[0], 401)


if __name__ == "__main__":
    sys.exit(main())
