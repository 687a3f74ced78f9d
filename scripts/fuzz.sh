#!/usr/bin/env bash
# Fuzzes the parsers of files from outside with libFuzzer under the address sanitizer. Prints a line
# for each parser with executions, coverage and findings; exit status 1 if there is a finding.
# Findings are traps, bad accesses, leaks, stack overflows, inputs that take more than 10 seconds
# (30 for a template, whose limits allow 5 here), and more than 2 GiB of memory, or 512 MiB in one
# allocation.
#
#   scripts/fuzz.sh [SECONDS] [PARSER...]    (600 each; safetensors gguf tokenizer template config)
#   scripts/fuzz.sh 5000runs [PARSER...]     (so many inputs each, the same every time)
#
# .build-fuzz keeps what was found: corpora in corpus/PARSER, findings in findings/PARSER, whose files
# reproduce with
#
#   .build-fuzz/release/fuzz --parser=PARSER FILE
#
# The build shares nothing with other builds and takes 2 to 3 minutes on two cores. CI runs 5,000
# inputs of each parser.
source "$(dirname "$0")/lib.sh"
need_swift
need_swift_version
scripts/packages.sh

limit=(-max_total_time=600)
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    limit=("-max_total_time=$1")
    shift
elif [[ ${1:-} =~ ^[0-9]+runs$ ]]; then
    limit=("-runs=${1%runs}" -seed=1)
    shift
fi
parsers=("$@")
[ $# -gt 0 ] || parsers=(safetensors gguf tokenizer template config)
for parser in "${parsers[@]}"; do
    [ -f "Fuzzing/Dictionaries/$parser.dict" ] || fail "no parser '$parser'"
done

say "building the fuzzers (the first build takes some minutes)"
# Of several -sanitize options swiftc uses the last, so one names both. SwiftPM's own option makes
# it leave `main` to libFuzzer.
SYDEV_FUZZ=1 nice -n 10 swift build -c release --product fuzz --scratch-path .build-fuzz \
    --sanitize fuzzer -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=fuzzer-no-link,address \
    -Xswiftc -use-ld=lld 2>&1 |
    { grep --line-buffered -vE '^\[[0-9]+/[0-9]+\]' || true; } >&2

# Swift's own crash reports would replace the sanitizer's.
export SWIFT_BACKTRACE=enable=no
symbolizer=$(dirname "$(readlink -f "$(command -v swift)")")/llvm-symbolizer
[ ! -x "$symbolizer" ] || export ASAN_SYMBOLIZER_PATH=$symbolizer

failures=0
for parser in "${parsers[@]}"; do
    corpus=.build-fuzz/corpus/$parser
    findings=.build-fuzz/findings/$parser
    log=.build-fuzz/$parser.log
    rm -rf ".build-fuzz/seeds/$parser" "$findings"
    mkdir -p "$corpus" "$findings" ".build-fuzz/seeds/$parser"
    python3 Fuzzing/seeds.py "$parser" ".build-fuzz/seeds/$parser"
    timeout=10
    [ "$parser" != template ] || timeout=30
    status=0
    nice -n 10 .build-fuzz/release/fuzz "--parser=$parser" \
        "-dict=Fuzzing/Dictionaries/$parser.dict" "${limit[@]}" -max_len=20000 \
        "-timeout=$timeout" -rss_limit_mb=2048 -malloc_limit_mb=512 -print_final_stats=1 \
        "-artifact_prefix=$findings/" "$corpus" ".build-fuzz/seeds/$parser" \
        </dev/null >"$log" 2>&1 || status=$?
    # libFuzzer's lines begin `#EXECUTIONS event cov: EDGES`; a crash leaves no summary.
    last=$(grep -aoE '^#[0-9]+.* cov: [0-9]+' "$log" | tail -n 1) || true
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    found=$(find "$findings" -type f | wc -l)
    printf '%-12s %10s executions, coverage %5s, %d findings\n' "$parser" \
        "${executions:-$(sed -E 's/^#([0-9]+).*/\1/' <<<"$last")}" "${last##* }" "$found"
    if [ "$status" -ne 0 ] || [ "$found" -ne 0 ]; then
        failures=$((failures + 1))
        { grep -aE 'Fatal error|ERROR: |SUMMARY: ' "$log" || tail -n 5 "$log"; } | head -n 5 >&2
        find "$findings" -type f >&2
    fi
done
[ "$failures" -eq 0 ]
