#!/usr/bin/env bash
# Installs what is missing, fetches the default model (tests that want it skip without), and runs
# all tests in release, as the tests that run models need.
source "$(dirname "$0")/lib.sh"
need_swift
need_swift_version
scripts/packages.sh
scripts/model.sh --no-pack >/dev/null || say "no default model: its tests will be skipped"
say "building and running the tests (the first build takes some minutes)"
swift build -c release --build-tests -Xswiftc -enable-testing 2>&1 | grep -vE '^\[[0-9]+/[0-9]+\]' >&2 || true
exec swift test -c release -Xswiftc -enable-testing --skip-build "$@"
