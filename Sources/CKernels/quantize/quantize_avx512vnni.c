#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c"))), apply_to = function)

#include "../common/vec_avx512.h"
#include "quantize_vector.h"

void sw_quantize_f32__avx512vnni(const float *x, long k, uint8_t *q, long q_stride, float *scale,
                                 int32_t *zero, long group_stride) {
    quantize(x, k, q, q_stride, scale, zero, group_stride);
}

#pragma clang attribute pop
#endif
