// Sixteen floats in one 512-bit register. Included inside an attribute push that opens AVX-512
// F, BW, VL and DQ; vec_avx2.h has the same names over two 256-bit registers.
#ifndef SWITCHYARD_COMMON_VEC_AVX512_H
#define SWITCHYARD_COMMON_VEC_AVX512_H

#include <stdint.h>
#include <string.h>

#define SW_INLINE static inline __attribute__((always_inline))

typedef __m512 v16;
/// One truth value for each lane.
typedef __mmask16 m16;

SW_INLINE v16 v16_set(float x) { return _mm512_set1_ps(x); }
SW_INLINE v16 v16_zero(void) { return _mm512_setzero_ps(); }

/// The lanes first ..< last, 0 ≤ first ≤ last ≤ 16.
SW_INLINE m16 m16_range(long first, long last) {
    return (m16)((((uint32_t)1 << last) - 1) & ~(((uint32_t)1 << first) - 1));
}
SW_INLINE m16 m16_first(long count) { return m16_range(0, count); }
SW_INLINE m16 m16_all(void) { return 0xffff; }
SW_INLINE m16 m16_and(m16 a, m16 b) { return a & b; }
SW_INLINE bool m16_is_full(m16 a) { return a == 0xffff; }

SW_INLINE v16 v16_load(const float *p) { return _mm512_loadu_ps(p); }
/// The first `count` floats; the other lanes are +0 and not read.
SW_INLINE v16 v16_load_first(const float *p, long count) {
    return _mm512_maskz_loadu_ps(m16_first(count), p);
}
SW_INLINE void v16_store(float *p, v16 x) { _mm512_storeu_ps(p, x); }
SW_INLINE void v16_store_first(float *p, v16 x, long count) {
    _mm512_mask_storeu_ps(p, m16_first(count), x);
}
SW_INLINE v16 v16_of_bf16(__m256i bits) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}
SW_INLINE v16 v16_load_bf16(const uint16_t *p) {
    return v16_of_bf16(_mm256_loadu_si256((const __m256i *)p));
}
SW_INLINE v16 v16_load_first_bf16(const uint16_t *p, long count) {
    return v16_of_bf16(_mm256_maskz_loadu_epi16(m16_first(count), p));
}
SW_INLINE v16 v16_load_f16(const uint16_t *p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
SW_INLINE v16 v16_load_first_f16(const uint16_t *p, long count) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(m16_first(count), p));
}
SW_INLINE v16 v16_load_int8(const int8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
SW_INLINE v16 v16_load_first_int8(const int8_t *p, long count) {
    __m128i bytes = _mm_maskz_loadu_epi8(m16_first(count), p);
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes));
}

SW_INLINE v16 v16_add(v16 a, v16 b) { return _mm512_add_ps(a, b); }
SW_INLINE v16 v16_sub(v16 a, v16 b) { return _mm512_sub_ps(a, b); }
SW_INLINE v16 v16_mul(v16 a, v16 b) { return _mm512_mul_ps(a, b); }
SW_INLINE v16 v16_div(v16 a, v16 b) { return _mm512_div_ps(a, b); }
/// a * b + c, rounded once.
SW_INLINE v16 v16_fma(v16 a, v16 b, v16 c) { return _mm512_fmadd_ps(a, b, c); }
/// a * b - c, rounded once.
SW_INLINE v16 v16_fms(v16 a, v16 b, v16 c) { return _mm512_fmsub_ps(a, b, c); }
/// a * b - c in even lanes and a * b + c in odd ones, rounded once.
SW_INLINE v16 v16_fma_alternating(v16 a, v16 b, v16 c) { return _mm512_fmaddsub_ps(a, b, c); }
/// a * b + c where the mask says so, else c.
SW_INLINE v16 v16_fma_where(m16 mask, v16 a, v16 b, v16 c) {
    return _mm512_mask3_fmadd_ps(a, b, c, mask);
}
/// a > b ? a : b, hence b where either is NaN.
SW_INLINE v16 v16_max(v16 a, v16 b) { return _mm512_max_ps(a, b); }
/// a < b ? a : b.
SW_INLINE v16 v16_min(v16 a, v16 b) { return _mm512_min_ps(a, b); }
SW_INLINE v16 v16_abs(v16 a) { return _mm512_abs_ps(a); }
SW_INLINE v16 v16_negate(v16 a) {
    return _mm512_xor_ps(a, _mm512_set1_ps(-0.0f));
}
SW_INLINE m16 v16_less(v16 a, v16 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
SW_INLINE m16 v16_less_or_equal(v16 a, v16 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
SW_INLINE m16 v16_is_nan(v16 a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
/// a where the mask says so, else b.
SW_INLINE v16 v16_where(m16 mask, v16 a, v16 b) { return _mm512_mask_blend_ps(mask, b, a); }
/// Adds the integer in t's low bits to x's exponent.
SW_INLINE v16 v16_add_exponent(v16 x, v16 t) {
    __m512i shifted = _mm512_slli_epi32(_mm512_castps_si512(t), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(x), shifted));
}
/// (x1, x0, x3, x2, …).
SW_INLINE v16 v16_swap_pairs(v16 x) { return _mm512_permute_ps(x, 0xb1); }
/// The 8 floats at p, each twice.
SW_INLINE v16 v16_load_twice(const float *p) {
    __m512i index = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    return _mm512_permutexvar_ps(index, _mm512_castps256_ps512(_mm256_loadu_ps(p)));
}

/// Lane i with i + 8, then i + 4, i + 2, i + 1.
SW_INLINE float v16_sum(v16 x) {
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/// The same for four registers at once.
SW_INLINE __m128 v16_sum_four(v16 a, v16 b, v16 c, v16 d) {
    __m512 ab = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
    __m512 cd = _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xee));
    __m512 quads = _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88),
                                 _mm512_shuffle_f32x4(ab, cd, 0xdd));
    __m512 two = _mm512_add_ps(quads, _mm512_permute_ps(quads, 0x4e));
    __m512 one = _mm512_add_ps(two, _mm512_permute_ps(two, 0xb1));
    return _mm512_castps512_ps128(_mm512_maskz_compress_ps(0x1111, one));
}

/// The largest lane, and the smallest; no lane is NaN.
SW_INLINE float v16_largest(v16 x) { return _mm512_reduce_max_ps(x); }
SW_INLINE float v16_smallest(v16 x) { return _mm512_reduce_min_ps(x); }

/// clamp(rint(x) + zero, 0, 255) as bytes.
SW_INLINE __m128i v16_to_bytes(v16 x, int32_t zero) {
    __m512i sum = _mm512_add_epi32(_mm512_cvtps_epi32(x), _mm512_set1_epi32(zero));
    return _mm512_cvtusepi32_epi8(_mm512_max_epi32(sum, _mm512_setzero_si512()));
}

#endif
