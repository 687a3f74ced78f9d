#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

/// How many bytes before its use a slice of a panel is prefetched.
enum { AHEAD = 4096 };

/// `rows` (a constant) rows from `row` on, by the 16 outputs of the panel from `column` on.
/// vpmaddubsw would saturate, so bytes are widened to 16 bits, even and odd ones separately, and
/// vpmaddwd adds their products exactly.
static inline __attribute__((always_inline)) void tile(const sw_gemm_w8a8 *args, long row,
                                                       long column, const int rows, float *y) {
    const __m256i low_bytes = _mm256_set1_epi16(0xff);
    const uint8_t *a = args->a + row * 4;
    const long a_stride = args->a_rows * 4;
    const int8_t *w = args->w + column * 4;
    for (int i = 0; i < rows * 16; i++) y[i] = 0.0f;
    for (long first = 0, g = 0; first < args->k; first += SW_GROUP, g++) {
        const long count = args->k - first < SW_GROUP ? args->k - first : SW_GROUP;
        __m256i sum[4][2];
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
            const __m256i w0 = _mm256_loadu_si256((const __m256i *)w);
            const __m256i w1 = _mm256_loadu_si256((const __m256i *)(w + 32));
            _mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
            const __m256i even0 = _mm256_srai_epi16(_mm256_slli_epi16(w0, 8), 8);
            const __m256i even1 = _mm256_srai_epi16(_mm256_slli_epi16(w1, 8), 8);
            const __m256i odd0 = _mm256_srai_epi16(w0, 8), odd1 = _mm256_srai_epi16(w1, 8);
            for (int r = 0; r < rows; r++) {
                int32_t bytes;
                memcpy(&bytes, a + r * 4, sizeof bytes);
                const __m256i four = _mm256_set1_epi32(bytes);
                const __m256i even = _mm256_and_si256(four, low_bytes);
                const __m256i odd = _mm256_srli_epi16(four, 8);
                sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(even, even0));
                sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(even, even1));
                sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(odd, odd0));
                sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(odd, odd1));
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

void sw_gemm_w8a8__avx2(const sw_gemm_w8a8 *args) {
    const long tiles = (args->rows + 3) / 4;
    for (long t = 0, row = 0; t < tiles; t++) {
        const long rows = args->rows / tiles + (t < args->rows % tiles ? 1 : 0);
        for (long column = 0; column < args->columns; column += 16) {
            float y[4 * 16];
            switch (rows) {
            case 1: tile(args, row, column, 1, y); break;
            case 2: tile(args, row, column, 2, y); break;
            case 3: tile(args, row, column, 3, y); break;
            default: tile(args, row, column, 4, y); break;
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

#pragma clang attribute pop
#endif
