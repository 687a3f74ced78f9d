// rope_scalar.c over 16 lanes. Needs vec_avx2.h or vec_avx512.h.

SW_INLINE void rope_halves(float *x, const float *cos, const float *sin, long half) {
    const long whole = half & ~15L, rest = half - whole;
    float *y = x + half;
    for (long i = 0; i < whole; i += 16) {
        const v16 a = v16_load(x + i), b = v16_load(y + i);
        const v16 c = v16_load(cos + i), s = v16_load(sin + i);
        v16_store(x + i, v16_fms(a, c, v16_mul(b, s)));
        v16_store(y + i, v16_fma(b, c, v16_mul(a, s)));
    }
    if (rest > 0) {
        const v16 a = v16_load_first(x + whole, rest), b = v16_load_first(y + whole, rest);
        const v16 c = v16_load_first(cos + whole, rest), s = v16_load_first(sin + whole, rest);
        v16_store_first(x + whole, v16_fms(a, c, v16_mul(b, s)), rest);
        v16_store_first(y + whole, v16_fma(b, c, v16_mul(a, s)), rest);
    }
}

SW_INLINE v16 rotated_pairs(v16 x, const float *cos, const float *sin) {
    return v16_fma_alternating(x, v16_load_twice(cos), v16_mul(v16_swap_pairs(x), v16_load_twice(sin)));
}

SW_INLINE void rope_pairs(float *x, const float *cos, const float *sin, long half) {
    const long whole = half & ~7L, rest = half - whole;
    for (long i = 0; i < whole; i += 8) {
        v16_store(x + 2 * i, rotated_pairs(v16_load(x + 2 * i), cos + i, sin + i));
    }
    if (rest > 0) {
        float cos_rest[8] = {0}, sin_rest[8] = {0};
        memcpy(cos_rest, cos + whole, (size_t)rest * sizeof(float));
        memcpy(sin_rest, sin + whole, (size_t)rest * sizeof(float));
        const v16 part = v16_load_first(x + 2 * whole, 2 * rest);
        v16_store_first(x + 2 * whole, rotated_pairs(part, cos_rest, sin_rest), 2 * rest);
    }
}
