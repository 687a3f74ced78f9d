#!/usr/bin/env bash
# Disassembles the CPU backend and checks that what its threads run counts no references, allocates
# nothing and checks no exclusivity: the bodies of `parallel`, and what they call for each item.
#
#   scripts/check-loops.sh BUILD_FOLDER        (for instance .build/x86_64-unknown-linux-gnu/release)
#
# Exit status 0 if none does, 1 if one does, 64 if the folder has no such objects.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: $0 BUILD_FOLDER" >&2
    exit 64
fi
for tool in objdump swift; do
    command -v $tool > /dev/null || {
        echo "check-loops: $tool is missing" >&2
        exit 64
    }
done
objects=$(find "$1/ComputeCPU.build" -name '*.o' 2> /dev/null | sort)
if [ -z "$objects" ]; then
    echo "check-loops: no objects of ComputeCPU under $1; build the package first" >&2
    exit 64
fi

closures='closure #[0-9]+ \((Swift\.)?Range<(Swift\.)?Int>, (Swift\.)?Int\) -> \(\)'
called='(GroupedProduct|DownWork|GateAndUp|RowSource|BankActivation|RouterWork|PackedMemory|Parts|Layer)[^ ]*\.(multiply|run|row|rows|apply|route|add[A-Za-z]*|head|subscript)'
called="$called|AttentionWork\.(reset|attend|merge|finish|write[A-Za-z]*|factor)"
# What may: looking up an embedding, sampling, and float matrices, which are cut into runs, handle
# thousands of numbers for each reference.
allowed='CPUBackend.embed|SampleJob|LogprobJob|Draw\?|TokenLogprobs|FloatRows|initializeWithCopy|value witness|init\('

found=$(
    for object in $objects; do
        objdump -dr --no-show-raw-insn "$object"
    done | awk '
        /^[0-9a-f]+ <.*>:$/ { name = $2 }
        /R_X86_64_.*swift_(retain|release|retain_n|release_n|bridgeObjectRetain|bridgeObjectRelease|allocObject|beginAccess)(-|$)/ {
            split($NF, call, "-")
            print name, call[1]
        }
    ' | sed 's/[<>:]//g' | sort | uniq -c | swift demangle | grep -E "$closures|$called" |
        grep -Ev "$allowed" || true
)
if [ -n "$found" ]; then
    echo "check-loops: the work of threads counts references, allocates or checks exclusivity:" >&2
    echo "$found" >&2
    exit 1
fi
bodies=$(
    for object in $objects; do objdump -t "$object"; done | awk '{ print $NF }' | swift demangle |
        grep -cE "^$closures" || true
)
if [ "$bodies" -lt 10 ]; then
    echo "check-loops: only $bodies bodies of phases found: does the pattern still fit?" >&2
    exit 1
fi
echo "check-loops: $bodies bodies of phases count no references, allocate nothing"
