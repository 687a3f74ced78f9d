#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

// The tests compile this file once more for AVX2, with the one instruction written out.
#ifndef SW_AVXVNNI_TARGET
#define SW_AVXVNNI_TARGET "avx2,fma,avxvnni"
#define SW_DPBUSD _mm256_dpbusd_avx_epi32
#endif

// Two sums a row, two registers of weights and one of inputs fit the 16 registers for six rows.
#define TILE_ROWS 6

#pragma clang attribute push(__attribute__((target(SW_AVXVNNI_TARGET))), apply_to = function)

typedef struct {
    __m256i low, high;
} slice_weights;

static inline __attribute__((always_inline)) slice_weights load_slice(const int8_t *w) {
    return (slice_weights){_mm256_loadu_si256((const __m256i *)w),
                           _mm256_loadu_si256((const __m256i *)(w + 32))};
}

static inline __attribute__((always_inline)) void add_slice(__m256i *sum, __m256i four,
                                                            slice_weights weights) {
    sum[0] = SW_DPBUSD(sum[0], four, weights.low);
    sum[1] = SW_DPBUSD(sum[1], four, weights.high);
}

#include "gemm_w8a8_256.h"

void sw_gemm_w8a8__avxvnni(const sw_gemm_w8a8 *args) { multiply_panel(args); }

#pragma clang attribute pop
#endif
