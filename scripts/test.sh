#!/usr/bin/env bash
# Installs what is missing, fetches the default model (tests that need it are skipped without it),
# and runs all tests in release, since debug builds are too slow for the tests that run models.
source "$(dirname "$0")/lib.sh"
need_swift
need_swift_version
scripts/packages.sh
scripts/model.sh --no-pack >/dev/null || say "no default model: its tests will be skipped"
# Tests use modules' internals, which release builds allow only with -enable-testing. A separate
# build folder leaves the server's build as it is.
flags=(-c release -Xswiftc -enable-testing --scratch-path .build-test)
say "building the tests (the first build takes some minutes)"
swift build "${flags[@]}" --build-tests 2>&1 |
    { if [ -t 2 ]; then cat; else grep --line-buffered -vE '^\[[0-9]+/[0-9]+\]' || true; fi; } >&2
say "running the tests"
exec swift test "${flags[@]}" --skip-build "$@"
