#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "../common/vec_avx2.h"
#include "rms_norm_vector.h"

void sw_rms_norm_f32__avx2(const float *x, const float *gain, float eps, long n, float *y) {
    rms_norm(x, gain, eps, n, y);
}

#pragma clang attribute pop
#endif
