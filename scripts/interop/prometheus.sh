#!/usr/bin/env bash
# Unpacks Debian's prometheus (promtool is in it) into FOLDER/prometheus without installing it, as an
# installed one would start a service: prometheus.sh FOLDER
source "$(dirname "$0")/../lib.sh"

command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1 || exit 1
folder=$PWD/$1/prometheus
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say "fetching prometheus"
cd "$work"
apt-get download prometheus >/dev/null 2>&1 || {
    [ "$(id -u)" -eq 0 ] && apt-get update >/dev/null 2>&1 && apt-get download prometheus >/dev/null 2>&1
} || {
    say "prometheus could not be fetched; its checks are skipped"
    exit 1
}
mkdir -p "$folder"
dpkg -x ./prometheus_*.deb "$folder"
