#!/usr/bin/env bash
# Builds products in release: build.sh [--static] PRODUCT...
#
# With --static Swift's runtime goes into the program, which then runs where Swift is not installed.
# Going from one to the other compiles everything anew.
source "$(dirname "$0")/lib.sh"
need_swift
need_swift_version

flags=(-c release)
if [ "${1:-}" = --static ]; then
    flags+=(--static-swift-stdlib)
    shift
fi
for product in "$@"; do
    # The first build compiles every dependency, later ones only what has changed.
    [ -x ".build/release/$product" ] || say "building $product (the first build takes some minutes)"
    swift build "${flags[@]}" --product "$product" 2>&1 |
        { if [ -t 2 ]; then cat; else grep --line-buffered -vE '^\[[0-9]+/[0-9]+\]' || true; fi; } >&2
done
