#!/usr/bin/env bash
# Installs what is missing, builds, fetches and packs the default model, and serves it.
source "$(dirname "$0")/lib.sh"
need_swift
scripts/packages.sh
scripts/build.sh switchyard
model=$(scripts/model.sh)
say "serving $model"
exec .build/release/switchyard serve --model "$model" "$@"
