// Sixteen floats in two 256-bit registers, `a` the lower eight lanes. Included inside an attribute
// push that opens AVX2, FMA and F16C; vec_avx512.h has the same names over one 512-bit register.
#ifndef SWITCHYARD_COMMON_VEC_AVX2_H
#define SWITCHYARD_COMMON_VEC_AVX2_H

#include <stdint.h>
#include <string.h>

#define SW_INLINE static inline __attribute__((always_inline))

typedef struct {
    __m256 a, b;
} v16;
/// One truth value for each lane: all bits set, or none.
typedef struct {
    __m256i a, b;
} m16;

SW_INLINE v16 v16_of(__m256 a, __m256 b) { return (v16){a, b}; }
SW_INLINE v16 v16_set(float x) { return v16_of(_mm256_set1_ps(x), _mm256_set1_ps(x)); }
SW_INLINE v16 v16_zero(void) { return v16_of(_mm256_setzero_ps(), _mm256_setzero_ps()); }

/// The lanes first ..< last, 0 ≤ first ≤ last ≤ 16.
SW_INLINE m16 m16_range(long first, long last) {
    const __m256i lower = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i upper = _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15);
    const __m256i from = _mm256_set1_epi32((int)first - 1), to = _mm256_set1_epi32((int)last);
    return (m16){
        _mm256_and_si256(_mm256_cmpgt_epi32(lower, from), _mm256_cmpgt_epi32(to, lower)),
        _mm256_and_si256(_mm256_cmpgt_epi32(upper, from), _mm256_cmpgt_epi32(to, upper))};
}
SW_INLINE m16 m16_first(long count) { return m16_range(0, count); }
SW_INLINE m16 m16_all(void) { return (m16){_mm256_set1_epi32(-1), _mm256_set1_epi32(-1)}; }
SW_INLINE m16 m16_and(m16 x, m16 y) {
    return (m16){_mm256_and_si256(x.a, y.a), _mm256_and_si256(x.b, y.b)};
}
SW_INLINE bool m16_is_full(m16 x) {
    return _mm256_movemask_epi8(_mm256_and_si256(x.a, x.b)) == -1;
}

SW_INLINE v16 v16_load(const float *p) {
    return v16_of(_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8));
}
/// The first `count` floats; the other lanes are +0 and not read.
SW_INLINE v16 v16_load_first(const float *p, long count) {
    const m16 mask = m16_first(count);
    return v16_of(_mm256_maskload_ps(p, mask.a), _mm256_maskload_ps(p + 8, mask.b));
}
SW_INLINE void v16_store(float *p, v16 x) {
    _mm256_storeu_ps(p, x.a);
    _mm256_storeu_ps(p + 8, x.b);
}
SW_INLINE void v16_store_first(float *p, v16 x, long count) {
    const m16 mask = m16_first(count);
    _mm256_maskstore_ps(p, mask.a, x.a);
    _mm256_maskstore_ps(p + 8, mask.b, x.b);
}
SW_INLINE __m256 eight_of_bf16(__m128i bits) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}
SW_INLINE v16 v16_load_bf16(const uint16_t *p) {
    return v16_of(eight_of_bf16(_mm_loadu_si128((const __m128i *)p)),
                  eight_of_bf16(_mm_loadu_si128((const __m128i *)(p + 8))));
}
SW_INLINE v16 v16_load_first_bf16(const uint16_t *p, long count) {
    uint16_t whole[16] = {0};
    memcpy(whole, p, (size_t)count * 2);
    return v16_load_bf16(whole);
}
SW_INLINE v16 v16_load_f16(const uint16_t *p) {
    return v16_of(_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)),
                  _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 8))));
}
SW_INLINE v16 v16_load_first_f16(const uint16_t *p, long count) {
    uint16_t whole[16] = {0};
    memcpy(whole, p, (size_t)count * 2);
    return v16_load_f16(whole);
}
SW_INLINE v16 v16_load_int8(const int8_t *p) {
    const __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    const __m128i upper = _mm_unpackhi_epi64(bytes, bytes);
    return v16_of(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)),
                  _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(upper)));
}
SW_INLINE v16 v16_load_first_int8(const int8_t *p, long count) {
    int8_t whole[16] = {0};
    memcpy(whole, p, (size_t)count);
    return v16_load_int8(whole);
}

SW_INLINE v16 v16_add(v16 x, v16 y) {
    return v16_of(_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b));
}
SW_INLINE v16 v16_sub(v16 x, v16 y) {
    return v16_of(_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b));
}
SW_INLINE v16 v16_mul(v16 x, v16 y) {
    return v16_of(_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b));
}
SW_INLINE v16 v16_div(v16 x, v16 y) {
    return v16_of(_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b));
}
/// x * y + z, rounded once.
SW_INLINE v16 v16_fma(v16 x, v16 y, v16 z) {
    return v16_of(_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b));
}
/// x * y - z, rounded once.
SW_INLINE v16 v16_fms(v16 x, v16 y, v16 z) {
    return v16_of(_mm256_fmsub_ps(x.a, y.a, z.a), _mm256_fmsub_ps(x.b, y.b, z.b));
}
/// x * y - z in even lanes and x * y + z in odd ones, rounded once.
SW_INLINE v16 v16_fma_alternating(v16 x, v16 y, v16 z) {
    return v16_of(_mm256_fmaddsub_ps(x.a, y.a, z.a), _mm256_fmaddsub_ps(x.b, y.b, z.b));
}
/// x where the mask says so, else y.
SW_INLINE v16 v16_where(m16 mask, v16 x, v16 y) {
    return v16_of(_mm256_blendv_ps(y.a, x.a, _mm256_castsi256_ps(mask.a)),
                  _mm256_blendv_ps(y.b, x.b, _mm256_castsi256_ps(mask.b)));
}
/// x * y + z where the mask says so, else z.
SW_INLINE v16 v16_fma_where(m16 mask, v16 x, v16 y, v16 z) {
    return v16_where(mask, v16_fma(x, y, z), z);
}
/// x > y ? x : y, hence y where either is NaN.
SW_INLINE v16 v16_max(v16 x, v16 y) {
    return v16_of(_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b));
}
/// x < y ? x : y.
SW_INLINE v16 v16_min(v16 x, v16 y) {
    return v16_of(_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b));
}
SW_INLINE v16 v16_negate(v16 x) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return v16_of(_mm256_xor_ps(x.a, sign), _mm256_xor_ps(x.b, sign));
}
SW_INLINE v16 v16_abs(v16 x) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return v16_of(_mm256_andnot_ps(sign, x.a), _mm256_andnot_ps(sign, x.b));
}
SW_INLINE m16 v16_less(v16 x, v16 y) {
    return (m16){_mm256_castps_si256(_mm256_cmp_ps(x.a, y.a, _CMP_LT_OQ)),
                 _mm256_castps_si256(_mm256_cmp_ps(x.b, y.b, _CMP_LT_OQ))};
}
SW_INLINE m16 v16_less_or_equal(v16 x, v16 y) {
    return (m16){_mm256_castps_si256(_mm256_cmp_ps(x.a, y.a, _CMP_LE_OQ)),
                 _mm256_castps_si256(_mm256_cmp_ps(x.b, y.b, _CMP_LE_OQ))};
}
SW_INLINE m16 v16_is_nan(v16 x) {
    return (m16){_mm256_castps_si256(_mm256_cmp_ps(x.a, x.a, _CMP_UNORD_Q)),
                 _mm256_castps_si256(_mm256_cmp_ps(x.b, x.b, _CMP_UNORD_Q))};
}
SW_INLINE __m256 eight_add_exponent(__m256 x, __m256 t) {
    const __m256i shifted = _mm256_slli_epi32(_mm256_castps_si256(t), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x), shifted));
}
/// Adds the integer in t's low bits to x's exponent.
SW_INLINE v16 v16_add_exponent(v16 x, v16 t) {
    return v16_of(eight_add_exponent(x.a, t.a), eight_add_exponent(x.b, t.b));
}
/// (x1, x0, x3, x2, …).
SW_INLINE v16 v16_swap_pairs(v16 x) {
    return v16_of(_mm256_permute_ps(x.a, 0xb1), _mm256_permute_ps(x.b, 0xb1));
}
/// The 8 floats at p, each twice.
SW_INLINE v16 v16_load_twice(const float *p) {
    const __m256 x = _mm256_loadu_ps(p);
    return v16_of(_mm256_permutevar8x32_ps(x, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3)),
                  _mm256_permutevar8x32_ps(x, _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7)));
}

/// Lane i with i + 8, then i + 4.
SW_INLINE __m128 four_sums(v16 x) {
    const __m256 eight = _mm256_add_ps(x.a, x.b);
    return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
}
/// Lane i with i + 8, then i + 4, i + 2, i + 1.
SW_INLINE float v16_sum(v16 x) {
    const __m128 four = four_sums(x);
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
/// The same for four at once.
SW_INLINE __m128 v16_sum_four(v16 x, v16 y, v16 z, v16 w) {
    const __m128 s0 = four_sums(x), s1 = four_sums(y), s2 = four_sums(z), s3 = four_sums(w);
    const __m128 s01 = _mm_add_ps(_mm_unpacklo_ps(s0, s1), _mm_unpackhi_ps(s0, s1));
    const __m128 s23 = _mm_add_ps(_mm_unpacklo_ps(s2, s3), _mm_unpackhi_ps(s2, s3));
    return _mm_add_ps(_mm_movelh_ps(s01, s23), _mm_movehl_ps(s23, s01));
}

/// The largest lane, and the smallest; no lane is NaN.
SW_INLINE float v16_largest(v16 x) {
    const __m256 eight = _mm256_max_ps(x.a, x.b);
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
SW_INLINE float v16_smallest(v16 x) { return -v16_largest(v16_negate(x)); }

SW_INLINE __m256i eight_to_integers(__m256 x, int32_t zero) {
    return _mm256_add_epi32(_mm256_cvtps_epi32(x), _mm256_set1_epi32(zero));
}
/// clamp(rint(x) + zero, 0, 255) as bytes.
SW_INLINE __m128i v16_to_bytes(v16 x, int32_t zero) {
    const __m256i words = _mm256_packs_epi32(eight_to_integers(x.a, zero),
                                             eight_to_integers(x.b, zero));
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
    return _mm_packus_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1));
}

#endif
