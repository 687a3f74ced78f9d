// quantize_scalar.c over 16 lanes. Needs vec_avx2.h or vec_avx512.h.

/// Stores the 16 bytes of four slices, or the first ⌈count / 4⌉ slices with zeros after `count`
/// bytes.
SW_INLINE void put_slices(uint8_t *q, long q_stride, __m128i bytes, long count) {
    uint8_t four_slices[16];
    if (count < 16) {
        const __m128i index = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        bytes = _mm_and_si128(bytes, _mm_cmpgt_epi8(_mm_set1_epi8((char)count), index));
    } else if (q_stride == 4) {
        _mm_storeu_si128((__m128i *)q, bytes);
        return;
    }
    _mm_storeu_si128((__m128i *)four_slices, bytes);
    for (long slice = 0; slice * 4 < count; slice++) {
        memcpy(q + slice * q_stride, four_slices + slice * 4, 4);
    }
}

SW_INLINE void quantize_group(const float *x, long count, uint8_t *q, long q_stride, float *scale,
                              int32_t *zero) {
    const long whole = count & ~15L;
    const v16 largest = v16_set(__FLT_MAX__);
    v16 low = v16_zero(), high = v16_zero();
    m16 finite = m16_all();
    for (long i = 0; i < whole; i += 16) {
        const v16 part = v16_load(x + i);
        low = v16_min(part, low);
        high = v16_max(part, high);
        finite = m16_and(finite, v16_less_or_equal(v16_abs(part), largest));
    }
    if (whole < count) {
        const v16 part = v16_load_first(x + whole, count - whole);
        low = v16_min(part, low);
        high = v16_max(part, high);
        finite = m16_and(finite, v16_less_or_equal(v16_abs(part), largest));
    }
    const float lo = v16_smallest(low), hi = v16_largest(high);
    float s = (hi - lo) / 255.0f;
    if (!m16_is_full(finite) || s > __FLT_MAX__) {
        for (long i = 0; i < count; i += 16) {
            put_slices(q + i / 4 * q_stride, q_stride, _mm_setzero_si128(),
                       count - i < 16 ? count - i : 16);
        }
        *scale = __builtin_nanf("");
        *zero = 0;
        return;
    }
    if (1.0f / s > __FLT_MAX__) s = 1.0f;
    const float inverse = 1.0f / s;
    // The conversion rounds half to even, as the scalar rint does.
    const int32_t z = _mm_cvtss_si32(_mm_set_ss(-lo * inverse));
    const v16 inverses = v16_set(inverse);
    for (long i = 0; i < whole; i += 16) {
        const __m128i bytes = v16_to_bytes(v16_mul(v16_load(x + i), inverses), z);
        put_slices(q + i / 4 * q_stride, q_stride, bytes, 16);
    }
    if (whole < count) {
        const v16 part = v16_load_first(x + whole, count - whole);
        const __m128i bytes = v16_to_bytes(v16_mul(part, inverses), z);
        put_slices(q + whole / 4 * q_stride, q_stride, bytes, count - whole);
    }
    *scale = s;
    *zero = z;
}

SW_INLINE void quantize(const float *x, long k, uint8_t *q, long q_stride, float *scale,
                        int32_t *zero, long group_stride) {
    for (long first = 0, g = 0; first < k; first += SW_GROUP, g++) {
        const long count = k - first < SW_GROUP ? k - first : SW_GROUP;
        quantize_group(x + first, count, q + first / 4 * q_stride, q_stride,
                       scale + g * group_stride, zero + g * group_stride);
    }
}
