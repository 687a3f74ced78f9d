#!/usr/bin/env bash
# Sixteen clients that ask for anything the API offers, at random, and leave when they like: echo,
# log-probabilities, several choices, long and hopeless prompts, slow readers, disconnects in every
# phase. At contexts of 64, 128 and 1000 tokens in turn. The server must live, answer every request by
# an answer or an error that says why, keep its memory, and be idle again within seconds. A line a
# check; exit status 1 if any fails.
#
#   scripts/soak.sh [SECONDS]      (600; after scripts/build.sh switchyard)
source "$(dirname "$0")/lib.sh"

binary=${SWITCHYARD_BINARY:-.build/release/switchyard}
[ -x "$binary" ] || fail "$binary is missing; run scripts/build.sh switchyard first"
python=$(scripts/interop/environment.sh .venv-interop)
SWITCHYARD_BINARY=$binary "$python" -B scripts/interop/soak.py "$@"
