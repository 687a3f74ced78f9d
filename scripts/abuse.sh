#!/usr/bin/env bash
# 16 clients at once for some seconds, at 1 and 2 threads and on each instruction set: no error, every
# stream whole, every answer the bytes it has alone. Then 200 disconnects and 200 RST_STREAMs in the
# middle of streams: everything is given back within a second. A line a check; exit status 1 if any
# fails.
#
#   scripts/abuse.sh [SECONDS]      (20; after scripts/build.sh switchyard)
source "$(dirname "$0")/lib.sh"

binary=${SWITCHYARD_BINARY:-.build/release/switchyard}
[ -x "$binary" ] || fail "$binary is missing; run scripts/build.sh switchyard first"
python=$(scripts/interop/environment.sh .venv-interop)
SWITCHYARD_BINARY=$binary "$python" -B scripts/interop/abuse.py "$@"
