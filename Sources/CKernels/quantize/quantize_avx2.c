#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "../common/vec_avx2.h"
#include "quantize_vector.h"

void sw_quantize_f32__avx2(const float *x, long k, uint8_t *q, long q_stride, float *scale,
                           int32_t *zero, long group_stride) {
    quantize(x, k, q, q_stride, scale, zero, group_stride);
}

/// Four rows by four slices: a transposition of 4 x 4 words.
SW_INLINE void pack_square(const uint8_t *const *rows, long slice, uint8_t *to, long stride) {
    const __m128i r0 = _mm_loadu_si128((const __m128i *)(rows[0] + slice * 4));
    const __m128i r1 = _mm_loadu_si128((const __m128i *)(rows[1] + slice * 4));
    const __m128i r2 = _mm_loadu_si128((const __m128i *)(rows[2] + slice * 4));
    const __m128i r3 = _mm_loadu_si128((const __m128i *)(rows[3] + slice * 4));
    const __m128i low01 = _mm_unpacklo_epi32(r0, r1), low23 = _mm_unpacklo_epi32(r2, r3);
    const __m128i high01 = _mm_unpackhi_epi32(r0, r1), high23 = _mm_unpackhi_epi32(r2, r3);
    _mm_storeu_si128((__m128i *)to, _mm_unpacklo_epi64(low01, low23));
    _mm_storeu_si128((__m128i *)(to + stride), _mm_unpackhi_epi64(low01, low23));
    _mm_storeu_si128((__m128i *)(to + 2 * stride), _mm_unpacklo_epi64(high01, high23));
    _mm_storeu_si128((__m128i *)(to + 3 * stride), _mm_unpackhi_epi64(high01, high23));
}

void sw_pack_rows_u8__avx2(const uint8_t *const *rows, long count, long slices, uint8_t *packed,
                           long packed_rows) {
    const long stride = packed_rows * 4, square_rows = count & ~3L, square_slices = slices & ~3L;
    for (long slice = 0; slice < square_slices; slice += 4) {
        for (long row = 0; row < square_rows; row += 4) {
            pack_square(rows + row, slice, packed + slice * stride + row * 4, stride);
        }
    }
    for (long row = 0; row < count; row++) {
        for (long slice = row < square_rows ? square_slices : 0; slice < slices; slice++) {
            memcpy(packed + slice * stride + row * 4, rows[row] + slice * 4, 4);
        }
    }
}

#pragma clang attribute pop
#endif
