#!/usr/bin/env bash
# Tries the built server with clients that we did not write (the openai package, httpx over HTTP/2,
# curl, Prometheus) and with bad input; a line a check, exit status 1 if any fails. Takes 3 to 4
# minutes.
#
#   scripts/interop.sh              (after scripts/build.sh switchyard)
#
# SYDEV_BINARY names another binary.
source "$(dirname "$0")/lib.sh"

folder=.venv-interop
binary=${SYDEV_BINARY:-.build/release/switchyard}
[ -x "$binary" ] || fail "$binary is missing; run scripts/build.sh switchyard first"

python=$(scripts/interop/environment.sh "$folder")
prometheus=$PWD/$folder/prometheus/usr/bin
[ -x "$prometheus/promtool" ] || scripts/interop/prometheus.sh "$folder" || true

SYDEV_BINARY=$binary SYDEV_PROMETHEUS=$prometheus \
    timeout --kill-after=5 400 "$python" -B scripts/interop/run.py
