#!/usr/bin/env bash
# Runs tests under sanitizers. Prints a line for each part with its tests and findings; exit status
# 1 if a test fails or anything is found.
#
#   scripts/sanitize.sh [PART...]      (kernels http threads engine network; all without)
#
#   kernels   addresses and undefined behaviour of the C kernels, every row that the CPU has, on heap
#             buffers of exactly the size that they may touch
#   http      addresses of the HTTP machines with nghttp2
#   threads   data races of the mailboxes, threads and the compute pool
#   engine    data races of the engine with its clients and compute threads
#   network   data races of listener, handlers and timers
#
# In the last two the HTTP target is built without the sanitizer, since Swift 6.3's compiler fails
# on it with the thread sanitizer. It has no threads.
#
# .build-sanitize keeps a build and a log (PART.log) for each part. The first build of a part takes
# one to several minutes on two cores. CI runs kernels, http and threads.
source "$(dirname "$0")/lib.sh"
need_swift
need_swift_version
scripts/packages.sh

parts=("$@")
[ $# -gt 0 ] || parts=(kernels http threads engine network)

# Swift's own crash reports would replace the sanitizer's.
export SWIFT_BACKTRACE=enable=no
symbolizer=$(dirname "$(readlink -f "$(command -v swift)")")/llvm-symbolizer
if [ -x "$symbolizer" ]; then
    export ASAN_SYMBOLIZER_PATH=$symbolizer TSAN_OPTIONS="external_symbolizer_path=$symbolizer"
fi
# Leaks are not checked, since the test library does not free what it allocates.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1

folder=.build-sanitize
mkdir -p "$folder"
mutex='$s15Synchronization12_MutexHandleV'
clang -O1 -c scripts/tsan_mutex.c -o "$folder/tsan_mutex.o"
thread=(--sanitize thread -Xlinker "$PWD/$folder/tsan_mutex.o"
    -Xlinker "--wrap=${mutex}9_lockSlowyys6UInt32VF" -Xlinker "--wrap=${mutex}11_unlockSlowyyF")
failures=0
for part in "${parts[@]}"; do
    filter=()
    unsanitized=
    flags=("${thread[@]}")
    case "$part" in
    kernels)
        targets=CKernels
        flags=(--sanitize address -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined)
        ;;
    http) targets=HTTP flags=(--sanitize address) ;;
    threads) targets=Threads,ComputeCPU filter=(--filter 'ThreadsTests|WorkerPoolTests') ;;
    engine) targets=EndToEnd filter=(--filter 'BitExactTests|EngineContractTests') unsanitized=HTTP ;;
    network) targets=Network unsanitized=HTTP ;;
    *) fail "no part '$part'" ;;
    esac
    flags+=(--scratch-path "$folder/$part")
    say "$part: building"
    # The package then has only the part's tests, so that nothing else is built.
    # Buffers go to the heap, where the address sanitizer sees their ends.
    export SYDEV_TESTS=$targets SYDEV_UNSANITIZED=$unsanitized SYDEV_HEAP=1
    log=$folder/$part.log
    if ! nice -n 10 swift build "${flags[@]}" --product switchyardPackageTests >"$log" 2>&1; then
        grep -E 'error:' "$log" >&2 || tail -n 20 "$log" >&2
        fail "$part: cannot be built; see $log"
    fi
    say "$part: running"
    start=$SECONDS
    status=0
    nice -n 10 swift test "${flags[@]}" --skip-build "${filter[@]}" </dev/null >"$log" 2>&1 || status=$?
    found=$(grep -acE 'ERROR: AddressSanitizer|WARNING: ThreadSanitizer|runtime error: ' "$log") || true
    summary=$(grep -aoE 'Test run with [0-9]+ tests?' "$log" | tail -n 1) || true
    printf '%-8s %s, %d findings, %d s\n' "$part" "${summary:-no tests ran}" "$found" \
        "$((SECONDS - start))"
    if [ "$status" -ne 0 ] || [ "$found" -ne 0 ] || [ -z "$summary" ]; then
        failures=$((failures + 1))
        { grep -aE 'SUMMARY: |runtime error: |✘' "$log" || tail -n 5 "$log"; } | sort -u | head -n 10 >&2
    fi
done
[ "$failures" -eq 0 ]
