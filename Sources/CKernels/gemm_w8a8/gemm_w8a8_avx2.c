#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TILE_ROWS 4

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

/// vpmaddubsw would saturate, so bytes are widened to 16 bits, even and odd ones separately, and
/// vpmaddwd adds their products exactly.
typedef struct {
    __m256i even0, even1, odd0, odd1;
} slice_weights;

static inline __attribute__((always_inline)) slice_weights load_slice(const int8_t *w) {
    const __m256i w0 = _mm256_loadu_si256((const __m256i *)w);
    const __m256i w1 = _mm256_loadu_si256((const __m256i *)(w + 32));
    return (slice_weights){_mm256_srai_epi16(_mm256_slli_epi16(w0, 8), 8),
                           _mm256_srai_epi16(_mm256_slli_epi16(w1, 8), 8),
                           _mm256_srai_epi16(w0, 8), _mm256_srai_epi16(w1, 8)};
}

static inline __attribute__((always_inline)) void add_slice(__m256i *sum, __m256i four,
                                                            slice_weights weights) {
    const __m256i even = _mm256_and_si256(four, _mm256_set1_epi16(0xff));
    const __m256i odd = _mm256_srli_epi16(four, 8);
    sum[0] = _mm256_add_epi32(sum[0], _mm256_madd_epi16(even, weights.even0));
    sum[1] = _mm256_add_epi32(sum[1], _mm256_madd_epi16(even, weights.even1));
    sum[0] = _mm256_add_epi32(sum[0], _mm256_madd_epi16(odd, weights.odd0));
    sum[1] = _mm256_add_epi32(sum[1], _mm256_madd_epi16(odd, weights.odd1));
}

#include "gemm_w8a8_256.h"

void sw_gemm_w8a8__avx2(const sw_gemm_w8a8 *args) { multiply_panel(args); }

#pragma clang attribute pop
#endif
