// exp_scalar.c over 16 lanes. Needs vec_avx2.h or vec_avx512.h, and vec_exp.h.

SW_INLINE void exp_all(const float *x, long n, float *y) {
    const long whole = n & ~15L, rest = n - whole;
    for (long i = 0; i < whole; i += 16) v16_store(y + i, v16_exp(v16_load(x + i)));
    if (rest > 0) v16_store_first(y + whole, v16_exp(v16_load_first(x + whole, rest)), rest);
}

SW_INLINE float softmax_terms(const float *x, long n, float *p, float *largest) {
    const long whole = n & ~15L, rest = n - whole;
    const v16 least = v16_set(-__builtin_inff());
    v16 maxima = least;
    for (long i = 0; i < whole; i += 16) maxima = v16_max(v16_load(x + i), maxima);
    if (rest > 0) {
        const v16 part = v16_load_first(x + whole, rest);
        maxima = v16_max(v16_where(m16_first(rest), part, least), maxima);
    }
    const float max = v16_largest(maxima) + 0.0f;
    const v16 shift = v16_set(max);
    v16 lanes = v16_zero();
    for (long i = 0; i < whole; i += 16) {
        const v16 term = v16_exp(v16_sub(v16_load(x + i), shift));
        v16_store(p + i, term);
        lanes = v16_add(lanes, term);
    }
    if (rest > 0) {
        const v16 term = v16_exp(v16_sub(v16_load_first(x + whole, rest), shift));
        v16_store_first(p + whole, term, rest);
        lanes = v16_where(m16_first(rest), v16_add(lanes, term), lanes);
    }
    *largest = max;
    return v16_sum(lanes);
}

SW_INLINE bool all_finite(const float *x, long n) {
    const long whole = n & ~15L;
    const v16 largest = v16_set(__FLT_MAX__);
    m16 finite = m16_all();
    for (long i = 0; i < whole; i += 16) {
        finite = m16_and(finite, v16_less_or_equal(v16_abs(v16_load(x + i)), largest));
    }
    if (whole < n) {
        const v16 part = v16_load_first(x + whole, n - whole);
        finite = m16_and(finite, v16_less_or_equal(v16_abs(part), largest));
    }
    return m16_is_full(finite);
}
