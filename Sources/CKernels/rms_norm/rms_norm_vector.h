// rms_norm_scalar.c over 16 lanes. Needs vec_avx2.h or vec_avx512.h.

SW_INLINE void rms_norm(const float *x, const float *gain, float eps, long n, float *y) {
    const long whole = n & ~15L, rest = n - whole;
    v16 lanes = v16_zero();
    for (long i = 0; i < whole; i += 16) {
        const v16 part = v16_load(x + i);
        lanes = v16_fma(part, part, lanes);
    }
    if (rest > 0) {
        const v16 part = v16_load_first(x + whole, rest);
        lanes = v16_fma_where(m16_first(rest), part, part, lanes);
    }
    const float mean = v16_sum(lanes) / (float)n;
    const v16 inverse = v16_set(1.0f / __builtin_sqrtf(mean + eps));
    for (long i = 0; i < whole; i += 16) {
        v16_store(y + i, v16_mul(v16_mul(v16_load(x + i), inverse), v16_load(gain + i)));
    }
    if (rest > 0) {
        const v16 part = v16_mul(v16_load_first(x + whole, rest), inverse);
        v16_store_first(y + whole, v16_mul(part, v16_load_first(gain + whole, rest)), rest);
    }
}
