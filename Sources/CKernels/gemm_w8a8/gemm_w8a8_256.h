// One panel's product on 256-bit registers. Define TILE_ROWS (4 or 6), the most rows whose sums stay in
// registers; a type `slice_weights` and `load_slice`, which makes it of a slice's 16 outputs; and
// `add_slice`, which adds a row's four inputs times them to its two sums.

/// How many bytes before its use a slice of a panel is prefetched.
enum { AHEAD = 4096 };

/// `rows` (a constant) rows from `row` on, by the 16 outputs of the panel from `column` on. The float
/// sums lie in memory, where each group of 128 inputs meets them once.
static inline __attribute__((always_inline)) void tile(const sw_gemm_w8a8 *args, long row,
                                                       long column, const int rows, float *y) {
    const uint8_t *a = args->a + row * 4;
    const long a_stride = args->a_rows * 4;
    const int8_t *w = args->w + column * 4;
    for (int i = 0; i < rows * 16; i++) y[i] = 0.0f;
    for (long first = 0, g = 0; first < args->k; first += SW_GROUP, g++) {
        const long count = args->k - first < SW_GROUP ? args->k - first : SW_GROUP;
        __m256i sum[TILE_ROWS][2];
        const int32_t *w_sum = args->w_sum + g * SW_PANEL + column;
        const __m256i w_sum0 = _mm256_loadu_si256((const __m256i *)w_sum);
        const __m256i w_sum1 = _mm256_loadu_si256((const __m256i *)(w_sum + 8));
        const int32_t *zero = args->a_zero + g * args->a_rows + row;
        // The sums start at -zero * w_sum. Both fit 16 bits, so one multiply-add of pairs does it:
        // (-zero, 0) times the low and high half of w_sum.
        for (int r = 0; r < rows; r++) {
            const __m256i z = _mm256_set1_epi32((uint16_t)-zero[r]);
            sum[r][0] = _mm256_madd_epi16(z, w_sum0);
            sum[r][1] = _mm256_madd_epi16(z, w_sum1);
        }
        for (long slice = (count + 3) / 4; slice > 0; slice--) {
            const slice_weights weights = load_slice(w);
            _mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
            for (int r = 0; r < rows; r++) {
                int32_t bytes;
                memcpy(&bytes, a + r * 4, sizeof bytes);
                add_slice(sum[r], _mm256_set1_epi32(bytes), weights);
            }
            a += a_stride;
            w += SW_PANEL * 4;
        }
        const float *a_scale = args->a_scale + g * args->a_rows + row;
        const float *w_scale = args->w_scale + g * args->w_scale_stride + column;
        for (int r = 0; r < rows; r++) {
            const __m256 s = _mm256_set1_ps(a_scale[r]);
            for (int half = 0; half < 2; half++) {
                float *to = y + r * 16 + half * 8;
                const __m256 scale = _mm256_mul_ps(s, _mm256_loadu_ps(w_scale + half * 8));
                const __m256 value = _mm256_cvtepi32_ps(sum[r][half]);
                _mm256_storeu_ps(to, _mm256_fmadd_ps(value, scale, _mm256_loadu_ps(to)));
            }
        }
    }
}

/// All rows, split evenly over tiles.
static inline __attribute__((always_inline)) void multiply_panel(const sw_gemm_w8a8 *args) {
    const long tiles = (args->rows + TILE_ROWS - 1) / TILE_ROWS;
    for (long t = 0, row = 0; t < tiles; t++) {
        const long rows = args->rows / tiles + (t < args->rows % tiles ? 1 : 0);
        for (long column = 0; column < args->columns; column += 16) {
            float y[TILE_ROWS * 16];
            switch (rows) {
            case 1: tile(args, row, column, 1, y); break;
            case 2: tile(args, row, column, 2, y); break;
            case 3: tile(args, row, column, 3, y); break;
#if TILE_ROWS > 4
            case 4: tile(args, row, column, 4, y); break;
            case 5: tile(args, row, column, 5, y); break;
#endif
            default: tile(args, row, column, TILE_ROWS, y); break;
            }
            const long width = args->columns - column < 16 ? args->columns - column : 16;
            for (long r = 0; r < rows; r++) {
                memcpy(args->y + (row + r) * args->y_stride + column, y + r * 16,
                       (size_t)width * sizeof(float));
            }
        }
        row += rows;
    }
}
