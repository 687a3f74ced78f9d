#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c"))), apply_to = function)

#include "../common/vec_avx512.h"
#include "rope_vector.h"

void sw_rope_halves_f32__avx512vnni(float *x, const float *cos, const float *sin, long half) {
    rope_halves(x, cos, sin, half);
}

void sw_rope_pairs_f32__avx512vnni(float *x, const float *cos, const float *sin, long half) {
    rope_pairs(x, cos, sin, half);
}

#pragma clang attribute pop
#endif
