#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

/// One block of `count` (a constant) registers, which hold it from the first step to the last. The
/// first three steps are within a register: each lane is added to its partner, whose sign or own is
/// changed where the difference belongs, which rounds the same.
static inline __attribute__((always_inline)) void block_of(const float *x, const int count,
                                                           float factor, float *y) {
    const __m256 negative = _mm256_set1_ps(-0.0f);
    const __m256 odd = _mm256_blend_ps(_mm256_setzero_ps(), negative, 0xAA);
    const __m256 second = _mm256_blend_ps(_mm256_setzero_ps(), negative, 0xCC);
    const __m256 upper = _mm256_blend_ps(_mm256_setzero_ps(), negative, 0xF0);
    __m256 v[16];
    for (int i = 0; i < count; i++) {
        __m256 a = _mm256_loadu_ps(x + 8 * i);
        a = _mm256_add_ps(_mm256_permute_ps(a, 0xB1), _mm256_xor_ps(a, odd));
        a = _mm256_add_ps(_mm256_permute_ps(a, 0x4E), _mm256_xor_ps(a, second));
        v[i] = _mm256_add_ps(_mm256_permute2f128_ps(a, a, 1), _mm256_xor_ps(a, upper));
    }
    for (int half = 1; half < count; half *= 2) {
        for (int start = 0; start < count; start += 2 * half) {
            for (int i = start; i < start + half; i++) {
                const __m256 a = v[i], b = v[i + half];
                v[i] = _mm256_add_ps(a, b);
                v[i + half] = _mm256_sub_ps(a, b);
            }
        }
    }
    for (int i = 0; i < count; i++) {
        _mm256_storeu_ps(y + 8 * i, _mm256_mul_ps(v[i], _mm256_set1_ps(factor)));
    }
}

void sw_rotate_f32__avx2(const float *x, long width, long block, float factor, float *y) {
    for (long first = 0; first < width; first += block) {
        switch (block) {
        case 16: block_of(x + first, 2, factor, y + first); break;
        case 32: block_of(x + first, 4, factor, y + first); break;
        case 64: block_of(x + first, 8, factor, y + first); break;
        default: block_of(x + first, 16, factor, y + first); break;
        }
    }
}

#pragma clang attribute pop
#endif
