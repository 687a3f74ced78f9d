#!/bin/sh
# Disassembles the kernels' objects under a build folder and checks that each holds the instructions
# of its row of the dispatch table and no others.
#
#   scripts/check-isa.sh BUILD_FOLDER        (for instance .build/x86_64-unknown-linux-gnu/release)
#
# Exit status 0 if all do, 1 if one does not, 64 if the folder has no such objects.
set -eu

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: $0 BUILD_FOLDER" >&2
    exit 64
fi
if ! command -v objdump > /dev/null; then
    echo "check-isa: objdump is missing; install binutils" >&2
    exit 64
fi
case "$(uname -m)" in
x86_64) ;;
*)
    echo "check-isa: only the scalar row exists on $(uname -m); nothing to check"
    exit 0
    ;;
esac

failures=0
objects=0

# require present|absent PATTERN OBJECT WHY
require() {
    if objdump -d --no-show-raw-insn "$3" | grep -Eq "$2"; then found=present; else found=absent; fi
    if [ "$found" != "$1" ]; then
        echo "check-isa: $3: '$2' is $found, must be $1 ($4)" >&2
        failures=$((failures + 1))
    fi
}

# The folder may have several copies of a target (debug, tests); each is checked.
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find "$1" -path '*CKernels*' -name '*.c.o' | sort > "$list"

while read -r object; do
    objects=$((objects + 1))
    case "$object" in
    *_avx512vnni.c.o)
        case "$object" in
        */gemm_w8a8_*) require present 'vpdpbusd.*zmm' "$object" 'the INT8 product uses VNNI' ;;
        */gemm_float_* | */attention_*)
            require present 'vfmadd.*zmm' "$object" 'products run on 512-bit registers'
            ;;
        esac
        require absent 'vdpbf16ps' "$object" 'bf16 products are rounded as float ones'
        ;;
    *_avxvnni.c.o)
        require present 'vpdpbusd.*ymm' "$object" 'the INT8 product uses VNNI'
        require absent '%(zmm|[xy]mm(1[6-9]|2[0-9]|3[01])|k[0-7])' "$object" \
            'AVX-VNNI is for CPUs without AVX-512'
        ;;
    *_avx2.c.o)
        case "$object" in
        */gemm_w8a8_*)
            require present 'vpmaddwd.*ymm' "$object" 'the exact form of the INT8 product'
            require absent 'vpmaddubsw' "$object" 'it saturates'
            ;;
        esac
        require absent 'vpdpbusd' "$object" 'AVX2 has no VNNI'
        require absent '%(zmm|[xy]mm(1[6-9]|2[0-9]|3[01])|k[0-7])' "$object" 'AVX2 has no AVX-512'
        ;;
    *_scalar.c.o)
        require absent '%(ymm|zmm)|[[:space:]]v[a-z0-9]+[[:space:]]+.*%xmm' "$object" \
            'the scalar row runs on any x86-64'
        ;;
    *)
        require absent 'vpdpbusd|%zmm' "$object" 'what all rows share needs no AVX-512'
        ;;
    esac
done < "$list"

if [ "$objects" -eq 0 ]; then
    echo "check-isa: no CKernels objects under $1; build the package first" >&2
    exit 64
fi
for name in gemm_w8a8_scalar gemm_w8a8_avx2 gemm_w8a8_avxvnni gemm_w8a8_avx512vnni; do
    if ! grep -q "/$name\.c\.o$" "$list"; then
        echo "check-isa: $name.c.o is missing under $1" >&2
        failures=$((failures + 1))
    fi
done
if [ "$failures" -ne 0 ]; then exit 1; fi
echo "check-isa: $objects objects hold what their instruction sets allow"
