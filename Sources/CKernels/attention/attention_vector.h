// attention_scalar.c over 16 lanes. A lane is a key while scores are computed, and a value
// dimension while values are summed. Include vec_avx2.h or vec_avx512.h, vec_exp.h and scalar.h
// first, and define how much is held in registers: up to TILE_QUERIES (2 or 4) queries share loaded
// keys and values, TILE_BLOCKS blocks of keys at a time for scores, TILE_VALUES vectors of value
// dimensions for sums.

/// The state of some queries over one tile. Keys are counted from the tile's first, which is key
/// `tile` of the span.
typedef struct {
    long query[TILE_QUERIES];
    long first[TILE_QUERIES];
    long last[TILE_QUERIES];
    float correction[TILE_QUERIES];
    /// First the scores, later their exponentials.
    float p[TILE_QUERIES][SW_TILE];
    long tile;
    /// The range of keys that any of the queries sees, and the range that all of them see.
    long any_first, any_last;
    long all_first, all_last;
} tile_state;

SW_INLINE long smaller(long a, long b) { return a < b ? a : b; }
SW_INLINE long larger(long a, long b) { return a > b ? a : b; }

SW_INLINE v16 numbers(const void *block, long index, const sw_kv_type type) {
    switch (type) {
    case SW_KV_F32: return v16_load((const float *)block + index);
    case SW_KV_BF16: return v16_load_bf16((const uint16_t *)block + index);
    case SW_KV_F16: return v16_load_f16((const uint16_t *)block + index);
    case SW_KV_INT8: return v16_load_int8((const int8_t *)block + index);
    }
    return v16_zero();
}

SW_INLINE v16 first_numbers(const void *block, long index, long count, const sw_kv_type type) {
    if (count == 16) return numbers(block, index, type);
    switch (type) {
    case SW_KV_F32: return v16_load_first((const float *)block + index, count);
    case SW_KV_BF16: return v16_load_first_bf16((const uint16_t *)block + index, count);
    case SW_KV_F16: return v16_load_first_f16((const uint16_t *)block + index, count);
    case SW_KV_INT8: return v16_load_first_int8((const int8_t *)block + index, count);
    }
    return v16_zero();
}

/// The lanes of the tile's block `block` that a query sees.
SW_INLINE m16 visible(const tile_state *state, int q, int block) {
    const long first = larger(0, state->first[q] - block * 16);
    const long last = larger(0, smaller(16, state->last[q] - block * 16));
    return m16_range(smaller(first, last), last);
}

/// Whether any query sees a key of the tile's block.
SW_INLINE bool is_seen(const tile_state *state, int block) {
    return state->any_first < block * 16 + 16 && state->any_last > block * 16;
}

/// Computes the scores of TILE_BLOCKS blocks from `block` on. A block that no query sees is not
/// read: a visible block is read in its place, and the mask drops the result.
SW_INLINE void score_blocks(const sw_attention_span *args, tile_state *state, const int count,
                            int block, const sw_kv_type type) {
    const long from = state->tile / SW_BLOCK;
    const void *keys[TILE_BLOCKS];
    const float *scales[TILE_BLOCKS];
    const long seen = larger(state->any_first / 16, block);
    for (int b = 0; b < TILE_BLOCKS; b++) {
        const long index = from + (is_seen(state, block + b) ? block + b : seen);
        keys[b] = args->k_blocks[index];
        scales[b] = type == SW_KV_INT8 ? args->k_scales[index] : NULL;
    }
    const float *queries[TILE_QUERIES];
    for (int q = 0; q < count; q++) queries[q] = args->queries[state->query[q]];
    v16 sum[TILE_QUERIES][TILE_BLOCKS];
    for (int q = 0; q < count; q++) {
        for (int b = 0; b < TILE_BLOCKS; b++) sum[q][b] = v16_zero();
    }
    for (long d = 0; d < args->head_dim; d++) {
        v16 k[TILE_BLOCKS];
        for (int b = 0; b < TILE_BLOCKS; b++) k[b] = numbers(keys[b], d * SW_BLOCK, type);
        for (int q = 0; q < count; q++) {
            const v16 input = v16_set(queries[q][d]);
            for (int b = 0; b < TILE_BLOCKS; b++) sum[q][b] = v16_fma(input, k[b], sum[q][b]);
        }
    }
    const v16 scale = v16_set(args->scale);
    for (int q = 0; q < count; q++) {
        for (int b = 0; b < TILE_BLOCKS; b++) {
            v16 score = sum[q][b];
            if (type == SW_KV_INT8) score = v16_mul(score, v16_load(scales[b]));
            v16_store(state->p[q] + (block + b) * 16, v16_mul(score, scale));
        }
    }
}

/// Turns a query's scores into exponentials and updates its maximum and sum.
SW_INLINE void exponentiate(const sw_attention_span *args, tile_state *state, int q,
                            const sw_kv_type type) {
    const v16 least = v16_set(-__builtin_inff());
    const long query = state->query[q];
    float *p = state->p[q];
    const int first = (int)(state->first[q] / 16), last = (int)((state->last[q] + 15) / 16);
    v16 maxima = least;
    for (int b = first; b < last; b++) {
        maxima = v16_max(v16_where(visible(state, q, b), v16_load(p + b * 16), least), maxima);
    }
    const float largest = v16_largest(maxima) + 0.0f;
    const float before = args->max[query];
    const float max = largest > before ? largest : before;
    const float correction = before == -__builtin_inff() ? 0.0f : sw_exp_scalar(before - max);
    const v16 shift = v16_set(max);
    v16 lanes = v16_zero();
    for (int b = first; b < last; b++) {
        const m16 mask = visible(state, q, b);
        v16 term = v16_exp(v16_sub(v16_load(p + b * 16), shift));
        term = v16_where(mask, term, v16_zero());
        lanes = v16_add(lanes, term);
        if (type == SW_KV_INT8) {
            const v16 scale = v16_load(args->v_scales[state->tile / SW_BLOCK + b]);
            term = v16_mul(term, scale);
        }
        v16_store(p + b * 16, term);
    }
    state->correction[q] = correction;
    args->max[query] = max;
    args->sum[query] = __builtin_fmaf(args->sum[query], correction, v16_sum(lanes));
}

/// Adds p times V to `vectors` (a constant) vectors of value dimensions from `d` on. The last of
/// them has `width` dimensions.
SW_INLINE void add_values(const sw_attention_span *args, const tile_state *state, const int count,
                          long d, const int vectors, long width, const sw_kv_type type) {
    v16 sum[TILE_QUERIES][TILE_VALUES];
    for (int q = 0; q < count; q++) {
        const float *out = args->out + state->query[q] * args->out_stride + d;
        const v16 correction = v16_set(state->correction[q]);
        for (int v = 0; v < vectors; v++) {
            const v16 before = v < vectors - 1 ? v16_load(out + v * 16)
                                               : v16_load_first(out + v * 16, width);
            sum[q][v] = v16_mul(before, correction);
        }
    }
    for (long block = state->any_first / 16; block * 16 < state->any_last; block++) {
        const void *values = args->v_blocks[state->tile / SW_BLOCK + block];
        const long last = smaller(state->any_last, block * 16 + 16);
        for (long j = larger(state->any_first, block * 16); j < last; j++) {
            const long index = (j - block * 16) * args->value_dim + d;
            v16 value[TILE_VALUES];
            for (int v = 0; v < vectors; v++) {
                value[v] = v < vectors - 1 ? numbers(values, index + v * 16, type)
                                           : first_numbers(values, index + v * 16, width, type);
            }
            const bool all = j >= state->all_first && j < state->all_last;
            for (int q = 0; q < count; q++) {
                if (!all && (j < state->first[q] || j >= state->last[q])) continue;
                const v16 p = v16_set(state->p[q][j]);
                for (int v = 0; v < vectors; v++) sum[q][v] = v16_fma(p, value[v], sum[q][v]);
            }
        }
    }
    for (int q = 0; q < count; q++) {
        float *out = args->out + state->query[q] * args->out_stride + d;
        for (int v = 0; v < vectors - 1; v++) v16_store(out + v * 16, sum[q][v]);
        v16_store_first(out + (vectors - 1) * 16, sum[q][vectors - 1], width);
    }
}

/// One tile for `count` (a constant) queries.
SW_INLINE void attend(const sw_attention_span *args, tile_state *state, const int count,
                      const sw_kv_type type) {
    state->any_first = state->all_first = state->first[0];
    state->any_last = state->all_last = state->last[0];
    for (int q = 1; q < count; q++) {
        state->any_first = smaller(state->any_first, state->first[q]);
        state->any_last = larger(state->any_last, state->last[q]);
        state->all_first = larger(state->all_first, state->first[q]);
        state->all_last = smaller(state->all_last, state->last[q]);
    }
    for (int block = 0; block < SW_TILE / SW_BLOCK; block += TILE_BLOCKS) {
        const bool seen = state->any_first < (block + TILE_BLOCKS) * 16 &&
                          state->any_last > block * 16;
        if (seen) score_blocks(args, state, count, block, type);
    }
    for (int q = 0; q < count; q++) exponentiate(args, state, q, type);
    long d = 0;
    for (; d + TILE_VALUES * 16 <= args->value_dim; d += TILE_VALUES * 16) {
        add_values(args, state, count, d, TILE_VALUES, 16, type);
    }
    for (; d < args->value_dim; d += 16) {
        add_values(args, state, count, d, 1, smaller(16, args->value_dim - d), type);
    }
}

SW_INLINE void attend_some(const sw_attention_span *args, tile_state *state, int count,
                           const sw_kv_type type) {
    switch (count) {
    case 0: break;
    case 1: attend(args, state, 1, type); break;
#if TILE_QUERIES > 2
    case 2: attend(args, state, 2, type); break;
    case 3: attend(args, state, 3, type); break;
#endif
    default: attend(args, state, TILE_QUERIES, type); break;
    }
}

/// All queries over the keys of a tile, from `tile` to `end` counted from position 0. The tile's blocks
/// are those of `args` from `tile - origin` on.
SW_INLINE void attend_tile(const sw_attention_span *args, long tile, long end, long origin,
                           const sw_kv_type type) {
    tile_state state;
    int count = 0;
    state.tile = tile - origin;
    for (long query = 0; query < args->count; query++) {
        state.query[count] = query;
        state.first[count] = larger(0, args->first[query] - tile);
        state.last[count] = smaller(end - tile, args->last[query] - tile);
        if (state.first[count] < state.last[count]) count++;
        if (count < TILE_QUERIES) continue;
        attend_some(args, &state, count, type);
        count = 0;
    }
    attend_some(args, &state, count, type);
}

enum {
    TILE_KEY_BLOCKS = SW_TILE / SW_BLOCK,
    /// Converted keys and values of a tile, at most: 64 KiB.
    CONVERTED_MAX = 16384,
};

SW_INLINE void convert_all(const void *from, long count, float *to, const sw_kv_type type) {
    const long whole = count & ~15L;
    for (long i = 0; i < whole; i += 16) v16_store(to + i, numbers(from, i, type));
    if (whole < count) {
        v16_store_first(to + whole, first_numbers(from, whole, count - whole, type),
                        count - whole);
    }
}

SW_INLINE const void *converted(const void *from, long count, float *to, sw_kv_type type) {
    if (type == SW_KV_BF16) {
        convert_all(from, count, to, SW_KV_BF16);
    } else {
        convert_all(from, count, to, SW_KV_F16);
    }
    return to;
}

/// The same as attend_tile for many queries: keys and values, from the first that any of them sees to
/// the last, are converted to float once, which is exact, and not for each few queries again.
__attribute__((noinline)) static void attend_tile_converted(const sw_attention_span *args,
                                                            long tile, long end,
                                                            const sw_kv_type type) {
    _Alignas(64) float memory[CONVERTED_MAX];
    const void *keys[TILE_KEY_BLOCKS], *values[TILE_KEY_BLOCKS];
    const long from = (tile - args->span_first) / SW_BLOCK;
    float *to = memory;
    long any_first = end - tile, any_last = 0;
    for (long query = 0; query < args->count; query++) {
        const long first = larger(0, args->first[query] - tile);
        const long last = smaller(end, args->last[query]) - tile;
        if (first >= last) continue;
        any_first = smaller(any_first, first);
        any_last = larger(any_last, last);
    }
    for (long block = 0; block * SW_BLOCK < end - tile; block++) {
        keys[block] = args->k_blocks[from + block];
        values[block] = args->v_blocks[from + block];
        if (any_first >= (block + 1) * SW_BLOCK || any_last <= block * SW_BLOCK) continue;
        keys[block] = converted(keys[block], args->head_dim * SW_BLOCK, to, type);
        to += args->head_dim * SW_BLOCK;
        // Values of keys that are not written yet may not be there.
        const long rows = smaller(SW_BLOCK, end - tile - block * SW_BLOCK);
        values[block] = converted(values[block], args->value_dim * rows, to, type);
        to += args->value_dim * SW_BLOCK;
    }
    sw_attention_span floats = *args;
    floats.k_blocks = keys;
    floats.v_blocks = values;
    floats.type = SW_KV_F32;
    attend_tile(&floats, tile, end, tile, SW_KV_F32);
}

/// All queries over the span, tile by tile, so that keys and values are read from memory only once.
SW_INLINE void attend_span(const sw_attention_span *args, const sw_kv_type type) {
    for (long query = 0; query < args->count; query++) {
        args->max[query] = -__builtin_inff();
        args->sum[query] = 0.0f;
        memset(args->out + query * args->out_stride, 0, (size_t)args->value_dim * sizeof(float));
    }
    const bool converts = (type == SW_KV_BF16 || type == SW_KV_F16) &&
                          args->count > 2 * TILE_QUERIES &&
                          (args->head_dim + args->value_dim) * SW_TILE <= CONVERTED_MAX;
    for (long tile = args->span_first; tile < args->span_last; tile += SW_TILE) {
        const long end = smaller(tile + SW_TILE, args->span_last);
        if (converts) {
            attend_tile_converted(args, tile, end, type);
        } else {
            attend_tile(args, tile, end, args->span_first, type);
        }
    }
    for (long query = 0; query < args->count; query++) {
        const float sum = args->sum[query];
        if (sum != sum) args->max[query] = sum;
    }
}
