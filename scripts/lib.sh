# Shared by the scripts: goes to the repository's root, and prints messages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '==> %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

need_swift() {
    command -v swift >/dev/null 2>&1 && return
    fail "Swift is missing. Install Swift 6.2 or later from https://www.swift.org/install/linux
       (Debian 12 packages are there) and make sure that 'swift' is on PATH."
}

need_swift_version() {
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [ "$(printf '6.2\n%s\n' "$version" | sort -V | head -n 1)" = 6.2 ] ||
        fail "Swift $version is too old; Switchyard needs 6.2 or later: https://www.swift.org/install/linux"
}
