#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "../common/vec_avx2.h"
#include "rope_vector.h"

void sw_rope_halves_f32__avx2(float *x, const float *cos, const float *sin, long half) {
    rope_halves(x, cos, sin, half);
}

void sw_rope_pairs_f32__avx2(float *x, const float *cos, const float *sin, long half) {
    rope_pairs(x, cos, sin, half);
}

#pragma clang attribute pop
#endif
