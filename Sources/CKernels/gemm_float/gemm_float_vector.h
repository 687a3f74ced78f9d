// gemm_float_scalar.c over 16 lanes. Include vec_avx2.h or vec_avx512.h first, and define the tile:
// TILE_ROWS (3 or 6) by TILE_OUTPUTS accumulators, LONE_OUTPUTS (a multiple of 4) outputs for a
// single row, and for the transposed product TILE_COLUMNS and LONE_COLUMNS vectors of outputs.
// Products of up to FETCH_ROWS rows prefetch weights; with more rows prefetching pays only if a
// tile has enough arithmetic to hide it.

/// One matrix product's arguments; `w` is float or bf16.
typedef struct {
    const float *x;
    long x_stride;
    long rows;
    const void *w;
    long w_stride;
    long n;
    long k;
    float *y;
    long y_stride;
} product;

SW_INLINE v16 weights(const void *w, long index, const bool bf16) {
    return bf16 ? v16_load_bf16((const uint16_t *)w + index) : v16_load((const float *)w + index);
}

SW_INLINE v16 first_weights(const void *w, long index, long count, const bool bf16) {
    return bf16 ? v16_load_first_bf16((const uint16_t *)w + index, count)
                : v16_load_first((const float *)w + index, count);
}

/// Where a tile prefetches the weights of the next outputs into the L2 cache, and how many bytes of
/// them for every 16 inputs: less than a cache line, or a whole number of lines.
typedef struct {
    const char *at;
    long step;
} prefetch;

/// Prefetches up to `lines` (a constant) cache lines, each only once. If no new line is due it
/// prefetches `here`, a line that is in the cache already, so that there is no branch.
SW_INLINE void fetch(prefetch *ahead, const int lines, const void *here) {
    const bool is_new = ((uintptr_t)ahead->at & 63) < (uintptr_t)ahead->step;
    _mm_prefetch(is_new ? ahead->at : (const char *)here, _MM_HINT_T1);
    for (int line = 1; line < lines; line++) {
        const char *at = ahead->at + line * 64;
        _mm_prefetch(line * 64 < ahead->step ? at : (const char *)here, _MM_HINT_T1);
    }
    ahead->at += ahead->step;
}

/// `rows` by `outputs` (constants) sums over k, each in its own accumulator.
SW_INLINE void dot_tile(const product *args, long row, long output, prefetch ahead, const int rows,
                        const int outputs, const bool bf16, const bool fetches) {
    v16 sum[TILE_ROWS][LONE_OUTPUTS];
    for (int r = 0; r < rows; r++) {
        for (int o = 0; o < outputs; o++) sum[r][o] = v16_zero();
    }
    const float *x = args->x + row * args->x_stride;
    const long first = output * args->w_stride;
    const int lines = bf16 && outputs > 1 ? outputs / 2 : outputs;
    const long whole = args->k & ~15L, rest = args->k - whole;
    for (long i = 0; i < whole; i += 16) {
        v16 w[LONE_OUTPUTS];
        for (int o = 0; o < outputs; o++) {
            w[o] = weights(args->w, first + o * args->w_stride + i, bf16);
        }
        if (fetches) fetch(&ahead, lines, x + i);
        for (int r = 0; r < rows; r++) {
            const v16 input = v16_load(x + r * args->x_stride + i);
            for (int o = 0; o < outputs; o++) sum[r][o] = v16_fma(input, w[o], sum[r][o]);
        }
    }
    if (rest > 0) {
        const m16 mask = m16_first(rest);
        for (int o = 0; o < outputs; o++) {
            const v16 w = first_weights(args->w, first + o * args->w_stride + whole, rest, bf16);
            for (int r = 0; r < rows; r++) {
                const v16 input = v16_load_first(x + r * args->x_stride + whole, rest);
                sum[r][o] = v16_fma_where(mask, input, w, sum[r][o]);
            }
        }
    }
    for (int r = 0; r < rows; r++) {
        float *y = args->y + (row + r) * args->y_stride + output;
        if (outputs % 4 == 0) {
            for (int o = 0; o < outputs; o += 4) {
                _mm_storeu_ps(y + o, v16_sum_four(sum[r][o], sum[r][o + 1], sum[r][o + 2],
                                                  sum[r][o + 3]));
            }
        } else {
            for (int o = 0; o < outputs; o++) y[o] = v16_sum(sum[r][o]);
        }
    }
}

/// A block of `rows` rows by `outputs` (a constant) outputs, in tiles of nearly equal height. If
/// prefetching is on, each tile fetches its share of the next outputs' weights.
SW_INLINE void dot_rows(const product *args, long row, long rows, long output, const int outputs,
                        const bool bf16, const bool fetches) {
    const long tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
    const long bytes = outputs * args->w_stride * (bf16 ? 2 : 4);
    const long steps = tiles * (args->k < 16 ? 1 : args->k / 16);
    const long step = (bytes + steps - 1) / steps;
    const char *next = (const char *)args->w + (output / outputs + 1) * bytes;
    for (long t = 0; t < tiles; t++) {
        const long count = rows / tiles + (t < rows % tiles ? 1 : 0);
        const prefetch ahead = {next + (bytes * t / tiles & ~63L),
                                step > 64 ? (step + 63) & ~63L : step};
        switch (count) {
        case 1: dot_tile(args, row, output, ahead, 1, outputs, bf16, fetches); break;
        case 2: dot_tile(args, row, output, ahead, 2, outputs, bf16, fetches); break;
        case 3: dot_tile(args, row, output, ahead, 3, outputs, bf16, fetches); break;
#if TILE_ROWS > 3
        case 4: dot_tile(args, row, output, ahead, 4, outputs, bf16, fetches); break;
        case 5: dot_tile(args, row, output, ahead, 5, outputs, bf16, fetches); break;
#endif
        default: dot_tile(args, row, output, ahead, TILE_ROWS, outputs, bf16, fetches); break;
        }
        row += count;
    }
}

/// The whole product, in blocks of rows that stay in the L2 cache (256 KiB) while all weights are
/// read.
SW_INLINE void dot_product(const product *args, const bool bf16) {
    const long fitting = 65536 / args->k / TILE_ROWS * TILE_ROWS;
    const long block = fitting < 4 * TILE_ROWS ? 4 * TILE_ROWS : fitting;
    for (long row = 0; row < args->rows; row += block) {
        const long rows = args->rows - row < block ? args->rows - row : block;
        long output = 0;
        if (rows == 1) {
            const long bytes = LONE_OUTPUTS * args->w_stride * (bf16 ? 2 : 4);
            const long step = LONE_OUTPUTS * (bf16 ? 32 : 64);
            for (; output + LONE_OUTPUTS <= args->n; output += LONE_OUTPUTS) {
                const long next = (output / LONE_OUTPUTS + 1) * bytes;
                const prefetch ahead = {(const char *)args->w + next, step};
                dot_tile(args, row, output, ahead, 1, LONE_OUTPUTS, bf16, true);
            }
        } else if (rows <= FETCH_ROWS) {
            for (; output + TILE_OUTPUTS <= args->n; output += TILE_OUTPUTS) {
                dot_rows(args, row, rows, output, TILE_OUTPUTS, bf16, true);
            }
        } else {
            for (; output + TILE_OUTPUTS <= args->n; output += TILE_OUTPUTS) {
                dot_rows(args, row, rows, output, TILE_OUTPUTS, bf16, false);
            }
        }
        for (; output < args->n; output++) dot_rows(args, row, rows, output, 1, bf16, false);
    }
}

/// `rows` rows by `columns` (constants) vectors of outputs. The last vector has `last` outputs.
SW_INLINE void transposed_tile(const product *args, long row, long output, const int rows,
                               const int columns, long last) {
    v16 sum[TILE_ROWS][LONE_COLUMNS];
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) sum[r][c] = v16_zero();
    }
    const float *x = args->x + row * args->x_stride;
    const uint16_t *w = (const uint16_t *)args->w + output;
    for (long i = 0; i < args->k; i++, w += args->w_stride) {
        v16 part[LONE_COLUMNS];
        for (int c = 0; c < columns; c++) {
            part[c] = last == 16 || c < columns - 1 ? v16_load_bf16(w + c * 16)
                                                    : v16_load_first_bf16(w + c * 16, last);
        }
        for (int r = 0; r < rows; r++) {
            const v16 input = v16_set(x[r * args->x_stride + i]);
            for (int c = 0; c < columns; c++) sum[r][c] = v16_fma(input, part[c], sum[r][c]);
        }
    }
    for (int r = 0; r < rows; r++) {
        float *y = args->y + (row + r) * args->y_stride + output;
        for (int c = 0; c < columns - 1; c++) v16_store(y + c * 16, sum[r][c]);
        v16_store_first(y + (columns - 1) * 16, sum[r][columns - 1], last);
    }
}

SW_INLINE void transposed_rows(const product *args, long output, const int columns, long last) {
    const long tiles = (args->rows + TILE_ROWS - 1) / TILE_ROWS;
    for (long t = 0, row = 0; t < tiles; t++) {
        const long count = args->rows / tiles + (t < args->rows % tiles ? 1 : 0);
        switch (count) {
        case 1: transposed_tile(args, row, output, 1, columns, last); break;
        case 2: transposed_tile(args, row, output, 2, columns, last); break;
        case 3: transposed_tile(args, row, output, 3, columns, last); break;
#if TILE_ROWS > 3
        case 4: transposed_tile(args, row, output, 4, columns, last); break;
        case 5: transposed_tile(args, row, output, 5, columns, last); break;
#endif
        default: transposed_tile(args, row, output, TILE_ROWS, columns, last); break;
        }
        row += count;
    }
}

SW_INLINE void transposed_product(const product *args) {
    long output = 0;
    if (args->rows == 1) {
        for (; output + LONE_COLUMNS * 16 <= args->n; output += LONE_COLUMNS * 16) {
            transposed_tile(args, 0, output, 1, LONE_COLUMNS, 16);
        }
    }
    for (; output + TILE_COLUMNS * 16 <= args->n; output += TILE_COLUMNS * 16) {
        transposed_rows(args, output, TILE_COLUMNS, 16);
    }
    for (; output + 16 <= args->n; output += 16) transposed_rows(args, output, 1, 16);
    if (output < args->n) transposed_rows(args, output, 1, args->n - output);
}
