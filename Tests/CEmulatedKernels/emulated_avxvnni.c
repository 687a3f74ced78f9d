#include "CEmulatedKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

/// VPDPBUSD as Intel's manual defines it: four products of an unsigned and a signed byte, added to a
/// 32-bit number, without saturation.
__attribute__((target("avx2"))) static inline __m256i dpbusd(__m256i sum, __m256i a, __m256i b) {
    const __m256i low_bytes = _mm256_set1_epi16(0xff);
    const __m256i even = _mm256_madd_epi16(_mm256_and_si256(a, low_bytes),
                                           _mm256_srai_epi16(_mm256_slli_epi16(b, 8), 8));
    const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(a, 8), _mm256_srai_epi16(b, 8));
    return _mm256_add_epi32(sum, _mm256_add_epi32(even, odd));
}

#define SW_AVXVNNI_TARGET "avx2,fma"
#define SW_DPBUSD dpbusd
#define sw_gemm_w8a8__avxvnni sw_gemm_w8a8__emulated_avxvnni
#include "../../Sources/CKernels/gemm_w8a8/gemm_w8a8_avxvnni.c"

static sw_kernels row;

/// Before any test: tests run on many threads.
__attribute__((constructor)) static void make_row(void) {
    const sw_kernels *avx2 = sw_kernels_select("avx2");
    if (avx2 == NULL) return;
    row = *avx2;
    row.name = "avxvnni, emulated";
    row.gemm_w8a8 = sw_gemm_w8a8__emulated_avxvnni;
}

const sw_kernels *sw_emulated_avxvnni(void) { return row.name == NULL ? NULL : &row; }
#else
const sw_kernels *sw_emulated_avxvnni(void) { return 0; }
#endif
