#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c"))), apply_to = function)

#include "../common/vec_avx512.h"
#include "../common/vec_exp.h"
#include "exp_vector.h"

void sw_exp_f32__avx512vnni(const float *x, long n, float *y) { exp_all(x, n, y); }

float sw_softmax_terms_f32__avx512vnni(const float *x, long n, float *p, float *largest) {
    return softmax_terms(x, n, p, largest);
}

bool sw_all_finite_f32__avx512vnni(const float *x, long n) { return all_finite(x, n); }

#pragma clang attribute pop
#endif
