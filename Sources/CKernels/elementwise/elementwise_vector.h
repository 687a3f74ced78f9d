// elementwise_scalar.c over 16 lanes. Needs vec_avx2.h or vec_avx512.h, and vec_exp.h.

SW_INLINE v16 silu_product(v16 gate, v16 up) {
    const v16 denominator = v16_add(v16_set(1.0f), v16_exp(v16_negate(gate)));
    return v16_mul(v16_div(gate, denominator), up);
}

SW_INLINE void silu_multiply(const float *gate, const float *up, long n, float *y) {
    const long whole = n & ~15L, rest = n - whole;
    for (long i = 0; i < whole; i += 16) {
        v16_store(y + i, silu_product(v16_load(gate + i), v16_load(up + i)));
    }
    if (rest > 0) {
        const v16 g = v16_load_first(gate + whole, rest), u = v16_load_first(up + whole, rest);
        v16_store_first(y + whole, silu_product(g, u), rest);
    }
}

SW_INLINE void add(const float *x, long n, float *y) {
    const long whole = n & ~15L, rest = n - whole;
    for (long i = 0; i < whole; i += 16) {
        v16_store(y + i, v16_add(v16_load(y + i), v16_load(x + i)));
    }
    if (rest > 0) {
        const v16 to = v16_load_first(y + whole, rest);
        v16_store_first(y + whole, v16_add(to, v16_load_first(x + whole, rest)), rest);
    }
}

SW_INLINE void multiply_add(float w, const float *x, long n, float *y) {
    const long whole = n & ~15L, rest = n - whole;
    const v16 weight = v16_set(w);
    for (long i = 0; i < whole; i += 16) {
        v16_store(y + i, v16_fma(weight, v16_load(x + i), v16_load(y + i)));
    }
    if (rest > 0) {
        const v16 to = v16_load_first(y + whole, rest);
        v16_store_first(y + whole, v16_fma(weight, v16_load_first(x + whole, rest), to), rest);
    }
}

SW_INLINE void multiply(float w, const float *x, long n, float *y) {
    const long whole = n & ~15L, rest = n - whole;
    const v16 weight = v16_set(w);
    for (long i = 0; i < whole; i += 16) v16_store(y + i, v16_mul(v16_load(x + i), weight));
    if (rest > 0) {
        v16_store_first(y + whole, v16_mul(v16_load_first(x + whole, rest), weight), rest);
    }
}
