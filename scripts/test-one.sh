#!/usr/bin/env bash
# Builds and runs the tests of one target, in release: nothing else is built, so it takes seconds to
# minutes where all tests take many. .build-one keeps the build; several targets may share it.
#
#   scripts/test-one.sh TARGET[,TARGET...] [swift test's options]
#   scripts/test-one.sh JSON
#   scripts/test-one.sh Scheduling --filter randomTraffic
source "$(dirname "$0")/lib.sh"
need_swift
need_swift_version
targets=${1:-}
[ -n "$targets" ] || fail "which target? for instance: scripts/test-one.sh JSON"
shift
for target in ${targets//,/ }; do
    [ -d "Tests/${target}Tests" ] || fail "there is no Tests/${target}Tests"
done

# Package.swift then leaves all other tests out.
export SYDEV_TESTS=$targets
flags=(-c release -Xswiftc -enable-testing --scratch-path .build-one)
say "building the tests of $targets"
swift build "${flags[@]}" --product switchyardPackageTests 2>&1 |
    { if [ -t 2 ]; then cat; else grep --line-buffered -vE '^\[[0-9]+/[0-9]+\]' || true; fi; } >&2
exec swift test "${flags[@]}" --skip-build "$@"
