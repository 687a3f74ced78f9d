#!/usr/bin/env bash
# Builds products in release: build.sh PRODUCT...
source "$(dirname "$0")/lib.sh"
need_swift
need_swift_version

for product in "$@"; do
    # The first build compiles every dependency, later ones only what has changed.
    [ -x ".build/release/$product" ] || say "building $product (the first build takes some minutes)"
    swift build -c release --product "$product" 2>&1 |
        { if [ -t 2 ]; then cat; else grep -vE '^\[[0-9]+/[0-9]+\]' || true; fi; } >&2
done
