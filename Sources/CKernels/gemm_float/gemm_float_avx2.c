#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TILE_ROWS 3
#define TILE_OUTPUTS 2
#define LONE_OUTPUTS 4
#define TILE_COLUMNS 2
#define FETCH_ROWS 12
#define LONE_COLUMNS 4

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "../common/vec_avx2.h"
#include "gemm_float_vector.h"

void sw_gemm_f32__avx2(const float *x, long x_stride, long rows,
                       const float *w, long w_stride, long n, long k,
                       float *y, long y_stride) {
    const product args = {x, x_stride, rows, w, w_stride, n, k, y, y_stride};
    dot_product(&args, false);
}

void sw_gemm_bf16__avx2(const float *x, long x_stride, long rows,
                        const uint16_t *w, long w_stride, long n, long k,
                        float *y, long y_stride) {
    const product args = {x, x_stride, rows, w, w_stride, n, k, y, y_stride};
    dot_product(&args, true);
}

void sw_gemm_bf16_transposed__avx2(const float *x, long x_stride, long rows,
                                   const uint16_t *w, long w_stride, long n, long k,
                                   float *y, long y_stride) {
    const product args = {x, x_stride, rows, w, w_stride, n, k, y, y_stride};
    transposed_product(&args);
}

#pragma clang attribute pop
#endif
