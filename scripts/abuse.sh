#!/usr/bin/env bash
# Runs 16 clients at once for some seconds, with 1 and 2 threads and on each instruction set. There
# must be no error, every stream must be complete, and every answer must have the bytes that it has
# when it is asked alone. Then come 200 disconnects and 200 RST_STREAMs in the middle of streams,
# after which all resources must be free within a second. Prints a line for each check; exit status
# 1 if any fails.
#
#   scripts/abuse.sh [SECONDS]      (20; after scripts/build.sh switchyard)
source "$(dirname "$0")/lib.sh"

binary=${SYDEV_BINARY:-.build/release/switchyard}
[ -x "$binary" ] || fail "$binary is missing; run scripts/build.sh switchyard first"
python=$(scripts/interop/environment.sh .venv-interop)
SYDEV_BINARY=$binary "$python" -B scripts/interop/abuse.py "$@"
