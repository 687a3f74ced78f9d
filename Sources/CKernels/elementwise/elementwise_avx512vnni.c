#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c"))), apply_to = function)

#include "../common/vec_avx512.h"
#include "../common/vec_exp.h"
#include "elementwise_vector.h"

void sw_silu_multiply_f32__avx512vnni(const float *gate, const float *up, long n, float *y) {
    silu_multiply(gate, up, n, y);
}

void sw_add_f32__avx512vnni(const float *x, long n, float *y) { add(x, n, y); }

void sw_multiply_add_f32__avx512vnni(float w, const float *x, long n, float *y) {
    multiply_add(w, x, n, y);
}

void sw_multiply_f32__avx512vnni(float w, const float *x, long n, float *y) { multiply(w, x, n, y); }

#pragma clang attribute pop
#endif
