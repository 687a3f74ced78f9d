#!/usr/bin/env bash
# Checks what tests cannot: the format, the scripts' syntax, files that should not be committed,
# and, after a release build, the instruction sets of the kernels. Exit status 1 if anything is
# wrong.
#
#   scripts/check.sh
source "$(dirname "$0")/lib.sh"
need_swift

failures=0
wrong() {
    printf 'check: %s\n' "$*" >&2
    failures=$((failures + 1))
}

swift format lint --strict --parallel --recursive Sources Tests Fuzzing loadtest Package.swift ||
    wrong "the format is not ours; run make format"

while IFS= read -r script; do
    bash -n "$script" || wrong "$script does not parse"
    [ -x "$script" ] || [ "$script" = scripts/lib.sh ] || wrong "$script is not executable"
done < <(find scripts .ci -type f \( -name '*.sh' -o -name dockerfile-check -o -path '.ci/*' \) | sort)

find scripts Fuzzing loadtest \( -name '*.py' -o -name bench-peers \) -print0 | xargs -0 python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)
' || wrong "a Python script does not parse"

if git rev-parse --git-dir >/dev/null 2>&1; then
    # Files that .gitignore names, and files too large for a repository.
    ignored=$(git ls-files --cached --ignored --exclude-standard)
    [ -z "$ignored" ] || wrong "committed though ignored: $ignored"
    large=$(git ls-files -z | xargs -0 stat --printf '%s %n\n' 2>/dev/null | awk '$1 > 4194304') || true
    [ -z "$large" ] || wrong "over 4 MiB: $large"
    conflicts=$(git grep -lE '^(<<<<<<< |>>>>>>> )' -- . || true)
    [ -z "$conflicts" ] || wrong "conflict marks in $conflicts"
fi

release=.build/release
if [ -d "$release/CKernels.build" ]; then
    scripts/check-isa.sh "$(readlink -f "$release")" || wrong "a kernel has instructions of another row"
fi
if [ -d "$release/ComputeCPU.build" ] && [ "$(uname -m)" = x86_64 ]; then
    scripts/check-loops.sh "$(readlink -f "$release")" || wrong "an inner loop counts references"
fi

[ "$failures" -eq 0 ] || fail "$failures checks failed"
say "all checks passed"
