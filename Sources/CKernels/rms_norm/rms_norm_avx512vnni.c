#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c"))), apply_to = function)

#include "../common/vec_avx512.h"
#include "rms_norm_vector.h"

void sw_rms_norm_f32__avx512vnni(const float *x, const float *gain, float eps, long n, float *y) {
    rms_norm(x, gain, eps, n, y);
}

#pragma clang attribute pop
#endif
