"""The command line and bad files: exit codes 1 and 64, one clear line, never a crash."""

import json
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import time

from harness import BINARY, ROOT, TINY, Server


def run(checks):
    with tempfile.TemporaryDirectory(prefix="switchyard-interop-") as folder:
        root = pathlib.Path(folder)
        with checks.section("bad flags"):
            flags(checks, root)
        with checks.section("bad --config files"):
            configurations(checks, root)
        with checks.section("variables of the environment"):
            variables(checks)
        with checks.section("the examples of --help"):
            examples(checks, root)
        with checks.section("destinations"):
            destinations(checks, root)
        with checks.section("signals"):
            signals(checks, root)
        with checks.section("paths that were nearly right"):
            paths(checks, root)
        with checks.section("lines that fail"):
            lines(checks, root)
        with checks.section("chat templates"):
            templates(checks, root)
        with checks.section("bad folders"):
            folders(checks, root)
        with checks.section("bad GGUF files"):
            gguf(checks, root)


def fails(checks, name, arguments, status, word, **environment):
    result = subprocess.run(
        [BINARY, *map(str, arguments)], capture_output=True, text=True, errors="replace",
        stdin=subprocess.DEVNULL, timeout=30, check=False, env={**os.environ, **environment})
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    # A server's lines begin with the time.
    lines = [re.sub(r"^\d{4}-\d\d-\d\dT[\d:.]+Z ", "", line) for line in lines]
    errors = [line for line in lines if line.startswith("switchyard: error: ")]
    is_clear = len(errors) == 1 and word.lower() in errors[0].lower()
    is_clear = is_clear and all(line.startswith("switchyard: ") for line in lines)
    if status == 1:
        # Progress may be printed before the error, nothing after it.
        is_clear = is_clear and errors[-1:] == lines[-1:] and len(lines) <= 3
    else:
        # The error, and where to read how the command is used.
        is_clear = is_clear and errors[0] == lines[0] and len(lines) == 2 and "--help" in lines[1]
    checks.check(
        f"{name}: exit {status}, one clear line", result.returncode == status and is_clear,
        (result.returncode, result.stderr[-400:]))


def flags(checks, root):
    serve = ["serve", "--model", TINY, "--port", "0"]
    keys = root / "empty-keys"
    keys.write_text("# none\n")
    table = [
        ("an unknown command", ["frobnicate"], 64, "frobnicate"),
        ("an unknown flag", [*serve, "--frobnicate"], 64, "--frobnicate"),
        ("no model", ["serve"], 64, "--model"),
        ("a port of 99999", ["serve", "--model", TINY, "--port", "99999"], 64, "port"),
        ("a port in words", ["serve", "--model", TINY, "--port", "eighty"], 64, "port"),
        ("0 threads", [*serve, "--threads", "0"], 64, "threads"),
        ("an unknown instruction set", [*serve, "--cpu-isa", "vax"], 64, "cpu-isa"),
        ("an unknown precision", [*serve, "--precision", "int3"], 64, "precision"),
        ("memory in words", [*serve, "--memory", "lots"], 64, "memory"),
        ("no key off loopback", [*serve, "--host", "0.0.0.0"], 64, "--api-key-file"),
        ("a body of 0 bytes", [*serve, "--body-max", "0"], 64, "--body-max"),
        ("an empty name", [*serve, "--name", ""], 64, "--name"),
        ("a name with an escape", [*serve, "--name", "a\x1b[31m"], 64, "\\u{1b}"),
        ("a queue of 0", [*serve, "--queue-requests", "0"], 64, "--queue-requests"),
        ("a negative number of threads", [*serve, "--threads", "-1"], 64, "'-1'"),
        ("a temperature of NaN", ["generate", "--model", TINY, "--temperature", "nan", "x"], 64,
         "--temperature"),
        ("0 chunks", ["eval", "--model", TINY, "--text", keys, "--chunks", "0"], 64, "--chunks"),
        ("too little memory", [*serve, "--memory", "1MiB"], 1, "give --memory"),
        ("a context without memory for it", [*serve, "--memory", "1MiB", "--context", "1024"], 1, "give --memory"),
        ("a key file without keys", [*serve, "--api-key-file", keys], 1, "key"),
        ("a key file that is missing", [*serve, "--api-key-file", root / "none"], 1, "none"),
        ("a model that is missing", ["serve", "--model", root / "none"], 1, "no such model"),
        ("a host that only looks like loopback", [*serve[:-2], "--host", "127.0.0.999"], 64, "no address"),
        ("a URL for a host", [*serve[:-2], "--host", "http://127.0.0.1"], 64, "no address"),
        ("help on an unknown command", ["help", "srve"], 64, "did you mean 'serve'"),
    ]
    for name, arguments, status, word in table:
        fails(checks, name, arguments, status, word)


def configurations(checks, root):
    table = [
        ("an unknown key", '{"prt": 1}', "did you mean 'port'"),
        ("a key with two letters exchanged", '{"prot": 1}', "did you mean 'port'"),
        ("an unknown key within", '{"serve": {"bodymax": 1}}', "did you mean 'body-max'"),
        ("an unknown key within another command's object", '{"eval": {"x": 1}}', "'eval'"),
        ("another command's flag at the top", '{"chunk": 4}', "'eval'"),
        ("a command's object that is a number", '{"serve":5}', "'serve' is 5"),
        ("a list for a flag", '{"port": [1]}', "'port'"),
        ("a switch that is neither on nor off", '{"quiet": "maybe"}', "'quiet'"),
        ("a switch in quotes", '{"quiet": "yes"}', "without quotes"),
        ("a key that occurs twice", '{"port": 1, "port": 2}', "'port' occurs twice"),
        ("JSON that ends", '{\n "port": ', "line 2, column"),
        ("JSON that is no object", "[]", "object"),
        ("a wrong value", '{"port": 99999}', "(--port is from "),
    ]
    for index, (name, text, word) in enumerate(table):
        path = root / f"config-{index}.json"
        path.write_text(text)
        fails(checks, name, ["serve", "--model", TINY, "--config", path], 64, word)


def variables(checks):
    serve = ["serve", "--model", TINY, "--port", "0"]
    table = [
        ("a variable that is no flag", "SWITCHYARD_PROT", "1", "did you mean SWITCHYARD_PORT"),
        ("a variable like no flag", "SWITCHYARD_FROBNICATE", "1", "SWITCHYARD_FROBNICATE"),
        ("a variable with a wrong value", "SWITCHYARD_THREADS", "0", "(--threads is from SWITCHYARD_THREADS)"),
        ("a switch that is neither on nor off", "SWITCHYARD_QUIET", "maybe", "true or false"),
    ]
    for name, variable, value, word in table:
        fails(checks, name, serve, 64, word, **{variable: value})
    taken = {
        "SWITCHYARD_CHUNK": "9", "SWITCHYARD_HOST": "", "SWITCHYARD_QUIET": "Yes",
        "SWITCHYARD_PORT": "tcp://10.0.0.1:8080", "SWITCHYARD_SERVICE_HOST": "10.0.0.1"}
    result = subprocess.run(
        [BINARY, "tokenize", "--model", TINY], input="", capture_output=True, text=True, timeout=30,
        check=False, env={**os.environ, **taken})
    checks.equal("another command's flags, empty ones and Kubernetes' pass", (result.returncode, result.stderr),
                 (0, ""))


def examples(checks, root):
    """Every example of every command's --help runs as it is written, in a folder that has models."""
    folder = root / "examples"
    folder.mkdir()
    (folder / "models").symlink_to(ROOT / "models")
    (folder / "switchyard").symlink_to(BINARY)
    (folder / "keys.txt").write_text("sk-example\n")
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "SWITCHYARD_PORT": "0"}
    commands = ["", "serve", "generate", "inspect", "pack", "quantize", "forward", "eval", "tokenize", "render"]
    for command in commands:
        text = subprocess.run(
            [BINARY, *command.split(), "--help"], capture_output=True, text=True, timeout=30,
            check=False).stdout
        lines = re.findall(
            r"^  ((?:switchyard|echo) (?:.*\\\n)*.*)", text.split("USAGE:")[0], re.MULTILINE)
        checks.check(f"{command or 'switchyard'} --help has examples", bool(lines), text[:300])
        for line in lines:
            # The default model is calibrated for minutes on a slow machine, and may be missing.
            if "smollm2" in line:
                continue
            if "switchyard serve" in line:
                status = served(line, folder, environment)
            else:
                status = subprocess.run(
                    ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, timeout=120,
                    check=False).returncode
            checks.equal(f"runs: {line.splitlines()[0]}", status, 0)


def served(line, folder, environment):
    """The exit status of a server that was ready and then asked to end."""
    process = subprocess.Popen(
        ["bash", "-c", "exec " + line], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    for said in process.stderr:
        if "ready on" in said:
            break
    process.terminate()
    process.communicate(timeout=30)
    return process.returncode


def destinations(checks, root):
    """Looked at before any work: nothing may be printed of a calibration."""
    there = root / "there.switchyard"
    there.write_text("x")
    (root / "model").mkdir()
    (root / "model" / "config.json").write_text("{}")
    pack = ["pack", "--model", TINY, "--output"]
    quantize = ["quantize", "--model", TINY, "--output"]
    forward = ["forward", "--model", TINY, "--output"]
    table = [
        ("a pack that is there", [*pack, there], "--overwrite"),
        ("a pack in a missing folder", [*pack, root / "none" / "p"], "make it first"),
        ("a pack that is a folder", [*pack, root], "is a folder"),
        ("a pack that is a device", [*pack, "/dev/null"], "no plain file"),
        ("a quantized model in a missing folder", [*quantize, root / "none" / "q"], "make it first"),
        ("a quantized model over a file", [*quantize, there], "is no folder"),
        ("a quantized model over a model", [*quantize, root / "model"], "holds a model"),
        ("logits in a missing folder", [*forward, root / "none" / "o"], "make it first"),
        ("logits over a device", [*forward, "/dev/null"], "no plain file"),
        ("floats over their model", ["inspect", "--model", TINY / "model.safetensors", "--dequantize",
                                     TINY / "model.safetensors"], "another name"),
    ]
    for name, arguments, word in table:
        fails(checks, name, arguments, 1, word)
    own = root / "own"
    shutil.copytree(TINY, own)
    (root / "link").symlink_to(own / "model.safetensors")
    kept = {path: path.read_bytes() for path in own.iterdir()}
    for path in [*kept, root / "link", root / "own" / ".." / "own" / "config.json"]:
        fails(checks, f"a pack over its model ({path.name})",
              ["pack", "--model", own, "--output", path, "--overwrite"], 1, "read as well")
    weights = own / "model.safetensors"
    fails(checks, "floats over their model's folder",
          ["inspect", "--model", own, "--dequantize", weights], 1, "read as well")
    fails(checks, "logits over their model", ["forward", "--model", own, "--output", weights], 1, "read as well")
    checks.equal("nothing of a model is written over",
                 {path: path.read_bytes() for path in own.iterdir()}, kept)
    result, _ = output([*pack, there, "--overwrite"], "")
    checks.check("--overwrite writes over a pack", result.returncode == 0 and there.stat().st_size > 1000,
                 result.stderr)
    full_disk(checks, root)


def full_disk(checks, root):
    """A file system of 64 KiB, and one that fills while it is written to."""
    folder = root / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], capture_output=True, check=False)
    if mounted.returncode != 0:
        checks.skip("a full disk", "no file system can be mounted here")
        return
    try:
        for command, name in [("pack", "p"), ("quantize", "q")]:
            fails(checks, f"{command} to a full disk", [command, "--model", TINY, "--output", folder / name], 1,
                  "make room")
        lines = "".join(
            json.dumps({"name": f"p{index}", "input_ids": [1] * 50}) + "\n" for index in range(4))
        result, _ = output(["forward", "--model", TINY, "--output", folder / "o"], lines)
        checks.check("forward to a full disk", result.returncode == 1 and "make room" in result.stderr,
                     result.stderr)
        checks.equal("a full disk keeps no part", list(folder.iterdir()), [])
    finally:
        subprocess.run(["umount", folder], check=False)


def signals(checks, root):
    """A signal at any moment leaves no part, and the command dies of it."""
    folder = root / "interrupted"
    folder.mkdir()
    for command in ("pack", "quantize"):
        for number in (signal.SIGINT, signal.SIGTERM):
            left = []
            for moment in range(12):
                target = folder / f"{command}-{number.name}-{moment}"
                process = subprocess.Popen(
                    [BINARY, command, "--model", TINY, "--output", target], stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                time.sleep(moment * 0.015)
                process.send_signal(number)
                said = process.communicate(timeout=30)[1]
                if process.returncode not in (0, -number):
                    left.append((process.returncode, said))
                left += [str(path) for path in folder.rglob("*.partial-*")]
                left += [str(path) for path in folder.iterdir() if path.is_dir() and not any(path.iterdir())]
            checks.equal(f"{command} dies of {number.name} and leaves no part", left, [])
    gone = subprocess.Popen(["true"])
    gone.wait()
    target = folder / "again"
    left = folder / f"again.partial-{gone.pid}-1"
    left.write_text("x")
    result, _ = output(["pack", "--model", TINY, "--output", target, "--smoothing", "0"], "")
    checks.check("a new pack removes what a killed one left",
                 result.returncode == 0 and target.exists() and not left.exists(), result.stderr)


def paths(checks, root):
    (root / "Folder").mkdir()
    shutil.copytree(TINY, root / "Folder" / "Model")
    (root / "Folder" / "File.txt").write_text("x")
    folder, file = root / "folder" / "model", root / "folder" / "file.txt"
    slash = f"{root}/Folder/File.txt/"
    table = [
        ("--model", ["serve", "--model", folder], "Folder/Model?"),
        ("--model with a slash", ["inspect", "--model", slash], "Folder/File.txt?"),
        ("--api-key-file", ["serve", "--model", TINY, "--api-key-file", file], "Folder/File.txt?"),
        ("--calibration", ["quantize", "--model", TINY, "--output", root / "q", "--calibration", file],
         "Folder/File.txt?"),
        ("--text", ["eval", "--model", TINY, "--text", slash], "Folder/File.txt?"),
        ("--input", ["tokenize", "--model", TINY, "--input", file], "Folder/File.txt?"),
        ("--template", ["render", "--template", file], "Folder/File.txt?"),
        ("--routes", ["forward", "--model", TINY, "--output", root / "o", "--routes", file],
         "Folder/File.txt?"),
    ]
    for name, arguments, word in table:
        fails(checks, name, arguments, 1, word)


def output(arguments, text):
    result = subprocess.run(
        [BINARY, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=60,
        check=False)
    return result, [json.loads(line) for line in result.stdout.splitlines()]


def lines(checks, root):
    text = '{"name":"a","input_ids":[1,2],"text":"a","messages":[]}\nno JSON\n' \
        '{"name":"b","input_ids":[1],"text":"b","messages":[]}\n'
    template = root / "empty.jinja"
    template.write_text("x")
    table = [
        ("forward", ["forward", "--model", TINY, "--output", root / "out.safetensors"], 1),
        ("tokenize", ["tokenize", "--model", TINY], 0),
        ("render", ["render", "--template", template], 0),
    ]
    for name, arguments, status in table:
        result, answers = output(arguments, text)
        checks.check(
            f"{name}: a bad line answers in its place and stops nothing",
            len(answers) == 3 and [("error" in answer) for answer in answers] == [False, True, False],
            result.stdout)
        checks.equal(f"{name}: then it exits with", result.returncode, status)
    result, _ = output(table[0][1], text)
    checks.check("forward says how many failed", "1 of 3" in result.stderr, result.stderr)
    checks.check("forward writes the rest", (root / "out.safetensors").stat().st_size > 0)
    result, _ = output(table[0][1], text.replace("no JSON\n", ""))
    checks.equal("forward exits without failures with", result.returncode, 0)
    with open("/dev/full", "w", encoding="utf-8") as full:
        status = subprocess.run(
            [BINARY, *map(str, table[1][1])], input=text, stdout=full, stderr=subprocess.PIPE,
            text=True, timeout=60, check=False)
    checks.check("a full standard output ends with 1 and says so",
                 status.returncode == 1 and "standard output" in status.stderr, status.stderr)
    for arguments in (["--version"], ["serve", "--help"], ["help"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            status = subprocess.run([BINARY, *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
                                    timeout=60, check=False)
        checks.check(f"{' '.join(arguments)} to a full standard output ends with 1",
                     status.returncode == 1 and "standard output" in status.stderr, status.stderr)
    _, answers = output(["tokenize", "--model", TINY, "--decode"], '{"ids":[99999]}\n{"ids":[1]}\n')
    checks.check("an id beyond the vocabulary is refused",
                 "99999" in answers[0].get("error", "") and "text" in answers[1], answers)
    fails(checks, "a path with an escape", ["inspect", "--model", root / "\x1b[31m"], 1,
          "\\u{1b}[31m")
    fails(checks, "a folder for lines", ["tokenize", "--model", TINY, "--input", root], 1, "directory")


def templates(checks, root):
    folder = root / "named"
    shutil.copytree(TINY, folder)
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps({
        **json.loads(path.read_text()), "bos_token": "<s>", "chat_template": [
            {"name": "default", "template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"},
            {"name": "tool_use", "template": "tools:{{ '' if tools }}{{ bos_token }}{{ messages[0].content }}"}]}))
    request = {"messages": [{"role": "user", "content": "hello"}]}
    tools = [{"type": "function", "function": {"name": "f"}}]
    lines = "".join(json.dumps(line) + "\n" for line in [request, {**request, "tools": tools}])
    _, answers = output(["render", "--model", folder], lines)
    checks.equal("special tokens and the tool template", [answer.get("text") for answer in answers],
                 ["<s>hello<|im_end|>", "tools:<s>hello"])
    files = root / "files"
    shutil.copytree(TINY, files)
    (files / "chat_template.jinja").write_text("default")
    (files / "additional_chat_templates").mkdir()
    (files / "additional_chat_templates" / "tool_use.jinja").write_text("tools")
    _, answers = output(["render", "--model", files], lines)
    checks.equal("templates in files", [answer.get("text") for answer in answers],
                 ["default", "tools"])
    for command, written in [("pack", root / "written.switchyard"), ("quantize", root / "written")]:
        output([command, "--model", files, "--output", written, "--smoothing", "0"], "")
        _, answers = output(["render", "--model", written], lines)
        checks.equal(f"templates that {command} writes", [answer.get("text") for answer in answers],
                     ["default", "tools"])
    _, counted = output(["tokenize", "--model", TINY], "".join(
        json.dumps({"text": text, "special": False}) + "\n"
        for text in ["<s>hello<|im_end|>", "tools:<s>hello"]))
    with Server(folder) as server:
        for name, body, tokens in [("serve", request, counted[0]["ids"]),
                                   ("serve with tools", {**request, "tools": tools},
                                    counted[1]["ids"])]:
            status, answer = server.post("/v1/chat/completions", {**body, "max_tokens": 1})
            tokens_used = json.loads(answer).get("usage", {}).get("prompt_tokens")
            checks.equal(f"{name} renders the same prompt: status and tokens",
                         (status, tokens_used), (200, len(tokens)))


def folders(checks, root):
    """Copies of models/tiny with one file broken each."""

    def broken(name, change):
        folder = root / name.replace(" ", "-")
        shutil.copytree(TINY, folder)
        change(folder)
        return folder

    def configured(**fields):
        def change(folder):
            path = folder / "config.json"
            path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
        return change

    def weights(change):
        def apply(folder):
            path = folder / "model.safetensors"
            path.write_bytes(change(path.read_bytes()))
        return apply

    def header(text):
        return struct.pack("<Q", len(text)) + text

    huge = b'{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}'
    outside = b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,9223372036854775807]}}'
    backward = b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}'
    table = [
        ("truncated safetensors", weights(lambda data: data[: len(data) // 2]), "model.safetensors"),
        ("safetensors cut in the header", weights(lambda data: data[:100]), "model.safetensors"),
        ("empty safetensors", weights(lambda data: b""), "model.safetensors"),
        ("safetensors with a header of 2^63 bytes",
         weights(lambda data: struct.pack("<Q", 1 << 63) + data[8:]), "model.safetensors"),
        ("safetensors with a garbage header",
         weights(lambda data: header(b"garbage!") + data), "model.safetensors"),
        ("safetensors with an absurd shape",
         weights(lambda data: header(huge) + bytes(16)), "model.safetensors"),
        ("safetensors with offsets outside",
         weights(lambda data: header(outside) + bytes(16)), "model.safetensors"),
        ("safetensors with offsets backward",
         weights(lambda data: header(backward) + bytes(16)), "model.safetensors"),
        ("no weights", lambda folder: (folder / "model.safetensors").unlink(), "safetensors"),
        ("no configuration", lambda folder: (folder / "config.json").unlink(), "config.json"),
        ("a configuration that is no JSON",
         lambda folder: (folder / "config.json").write_text("{"), "config.json"),
        ("an unknown model_type", configured(model_type="perceptron"), "perceptron"),
        ("a hidden size that is not the file's", configured(hidden_size=128), "embed_tokens"),
        ("a hidden size of 10^18", configured(hidden_size=10**18), "hidden_size"),
        ("a negative layer count", configured(num_hidden_layers=-1), "num_hidden_layers"),
        ("more layers than the file has", configured(num_hidden_layers=3), "layers.2"),
        ("more experts than the file has", configured(num_local_experts=8), "gate.weight"),
        ("a tokenizer that is no JSON",
         lambda folder: (folder / "tokenizer.json").write_text("nope"), "tokenizer.json"),
        ("no tokenizer", lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer"),
        ("a template that is no Jinja",
         lambda folder: (folder / "tokenizer_config.json").write_text(
             json.dumps({"chat_template": "{% for %}"})), "template"),
    ]
    for name, change, word in table:
        folder = broken(name, change)
        fails(checks, name, ["serve", "--model", folder, "--port", "0"], 1, word)
    fails(checks, "inspect of truncated safetensors",
          ["inspect", "--model", root / "truncated-safetensors"], 1, "model.safetensors")
    fails(checks, "pack of truncated safetensors",
          ["pack", "--model", root / "truncated-safetensors", "--output", root / "p"], 1,
          "model.safetensors")
    checks.check("a failed pack leaves no file", not list(root.glob("p*")), list(root.glob("p*")))


def gguf(checks, root):
    def head(tensors, pairs, version=3):
        return b"GGUF" + struct.pack("<IQQ", version, tensors, pairs)

    def text(value):
        return struct.pack("<Q", len(value)) + value

    array = text(b"tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 1 << 62)
    nested = text(b"a") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5_000
    tensor = text(b"t") + struct.pack("<IQQIQ", 2, 1 << 62, 1 << 62, 0, 0)
    dimensions = text(b"t") + struct.pack("<I", 4_000_000_000)
    table = [
        ("absurd tensor count", head((1 << 64) - 1, 0)),
        ("absurd metadata count", head(0, (1 << 64) - 1)),
        ("a key longer than the file", head(0, 1) + struct.pack("<Q", 1 << 60)),
        ("an array of 2^62 texts", head(0, 1) + array),
        ("arrays nested 5,000 deep", head(0, 1) + nested),
        ("a tensor of 2^124 elements", head(1, 0) + tensor),
        ("a tensor of 4 billion dimensions", head(1, 0) + dimensions),
        ("an unknown version", head(0, 0, version=77)),
        ("nothing but its magic", b"GGUF"),
    ]
    for index, (name, data) in enumerate(table):
        path = root / f"bad-{index}.gguf"
        path.write_bytes(data)
        fails(checks, f"GGUF with {name}", ["inspect", "--model", path], 1, path.name)
    random = root / "noise.gguf"
    random.write_bytes(b"\x13\x37" * 4096)
    fails(checks, "a file of noise", ["serve", "--model", random, "--port", "0"], 1, "noise.gguf")
