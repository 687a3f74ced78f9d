#!/usr/bin/env bash
# Installs pip if Python has none. The model is in a Python wheel.
source "$(dirname "$0")/lib.sh"
sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
say "installing python3-pip"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get install -y --no-install-recommends python3-pip >/dev/null 2>&1 || {
    "${sudo[@]}" apt-get update >/dev/null
    "${sudo[@]}" apt-get install -y --no-install-recommends python3-pip >/dev/null
} || true
