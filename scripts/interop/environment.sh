#!/usr/bin/env bash
# Makes a Python environment with the pinned clients, unless it is there already; prints its Python:
# environment.sh FOLDER
source "$(dirname "$0")/../lib.sh"

folder=$1
python=$folder/bin/python
stamp=$folder/requirements.txt
if ! cmp -s scripts/interop/requirements.txt "$stamp"; then
    say "installing the clients into $folder"
    if ! python3 -m venv "$folder" >/dev/null 2>&1; then
        sudo=()
        [ "$(id -u)" -eq 0 ] || sudo=(sudo)
        "${sudo[@]}" apt-get install -y --no-install-recommends python3-venv >/dev/null 2>&1 || {
            "${sudo[@]}" apt-get update >/dev/null
            "${sudo[@]}" apt-get install -y --no-install-recommends python3-venv >/dev/null
        }
        python3 -m venv "$folder" >&2
    fi
    "$python" -m pip install --quiet --disable-pip-version-check \
        --requirement scripts/interop/requirements.txt >&2
    cp scripts/interop/requirements.txt "$stamp"
fi
echo "$python"
