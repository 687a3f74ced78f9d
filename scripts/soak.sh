#!/usr/bin/env bash
# Runs sixteen clients that send random requests for everything the API offers, and leave at random:
# echo, log-probabilities, several choices, prompts that are long or fit nowhere, slow readers,
# disconnects in every phase; with contexts of 64, 128 and 1000 tokens in turn. The server must stay
# alive, answer every request with a result or with an error that says why, not grow in memory, and
# be idle again within seconds. Prints a line for each check; exit status 1 if any fails.
#
#   scripts/soak.sh [SECONDS]      (600; after scripts/build.sh switchyard)
source "$(dirname "$0")/lib.sh"

binary=${SYDEV_BINARY:-.build/release/switchyard}
[ -x "$binary" ] || fail "$binary is missing; run scripts/build.sh switchyard first"
python=$(scripts/interop/environment.sh .venv-interop)
SYDEV_BINARY=$binary "$python" -B scripts/interop/soak.py "$@"
