#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))), apply_to = function)

/// How many bytes before its use a slice of a panel is prefetched.
enum { AHEAD = 4096 };

static inline __m512i broadcast(const uint8_t *a) {
    int32_t four;
    memcpy(&four, a, sizeof four);
    return _mm512_set1_epi32(four);
}

/// `rows` (a constant) rows from `row` on, by the whole panel: 2 * rows integer and 2 * rows float
/// accumulators, which fit into registers for up to 6 rows. The `only` tile (a constant) of a panel
/// prefetches its own weights. If there are several, each prefetches its share of the next panel
/// into the L2 cache, from `ahead` on, `step` bytes for each slice, at most a cache line.
static inline __attribute__((always_inline)) void tile(const sw_gemm_w8a8 *args, long row,
                                                       const int rows, const bool only,
                                                       const char *ahead, long step) {
    __m512 y[6][2];
    for (int r = 0; r < rows; r++) y[r][0] = y[r][1] = _mm512_setzero_ps();
    const uint8_t *a = args->a + row * 4;
    const long a_stride = args->a_rows * 4;
    const int8_t *w = args->w;
    for (long first = 0, g = 0; first < args->k; first += SW_GROUP, g++) {
        const long count = args->k - first < SW_GROUP ? args->k - first : SW_GROUP;
        // The sums start at -zero * w_sum. Both fit 16 bits, so one multiply-add of pairs does it:
        // (-zero, 0) times the low and high half of w_sum.
        __m512i sum[6][2];
        const __m512i w_sum0 = _mm512_loadu_si512(args->w_sum + g * SW_PANEL);
        const __m512i w_sum1 = _mm512_loadu_si512(args->w_sum + g * SW_PANEL + 16);
        const int32_t *zero = args->a_zero + g * args->a_rows + row;
        for (int r = 0; r < rows; r++) {
            const __m512i z = _mm512_set1_epi32((uint16_t)-zero[r]);
            sum[r][0] = _mm512_madd_epi16(z, w_sum0);
            sum[r][1] = _mm512_madd_epi16(z, w_sum1);
        }
#pragma clang loop unroll_count(4)
        for (long slice = (count + 3) / 4; slice > 0; slice--) {
            const __m512i w0 = _mm512_loadu_si512(w);
            const __m512i w1 = _mm512_loadu_si512(w + 64);
            if (only) {
                _mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
                _mm_prefetch((const char *)w + AHEAD + 64, _MM_HINT_T0);
            } else {
                // Each line is prefetched once: if `ahead` is still in the last one, a line already
                // in the cache is.
                const bool is_new = ((uintptr_t)ahead & 63) < (uintptr_t)step;
                _mm_prefetch(is_new ? ahead : (const char *)w, _MM_HINT_T1);
                ahead += step;
            }
            for (int r = 0; r < rows; r++) {
                const __m512i four = broadcast(a + r * 4);
                sum[r][0] = _mm512_dpbusd_epi32(sum[r][0], four, w0);
                sum[r][1] = _mm512_dpbusd_epi32(sum[r][1], four, w1);
            }
            a += a_stride;
            w += SW_PANEL * 4;
        }
        const float *a_scale = args->a_scale + g * args->a_rows + row;
        const __m512 w_scale0 = _mm512_loadu_ps(args->w_scale + g * args->w_scale_stride);
        const __m512 w_scale1 = _mm512_loadu_ps(args->w_scale + g * args->w_scale_stride + 16);
        for (int r = 0; r < rows; r++) {
            const __m512 s = _mm512_set1_ps(a_scale[r]);
            y[r][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[r][0]), _mm512_mul_ps(s, w_scale0),
                                      y[r][0]);
            y[r][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[r][1]), _mm512_mul_ps(s, w_scale1),
                                      y[r][1]);
        }
    }
    const uint32_t written = args->columns == 32 ? ~0u : ((uint32_t)1 << args->columns) - 1;
    for (int r = 0; r < rows; r++) {
        float *to = args->y + (row + r) * args->y_stride;
        _mm512_mask_storeu_ps(to, (__mmask16)written, y[r][0]);
        if (args->columns > 16) _mm512_mask_storeu_ps(to + 16, (__mmask16)(written >> 16), y[r][1]);
    }
}

static inline __attribute__((always_inline)) void tile_of(const sw_gemm_w8a8 *args, long row,
                                                          long rows, const bool only,
                                                          const char *ahead, long step) {
    switch (rows) {
    case 1: tile(args, row, 1, only, ahead, step); break;
    case 2: tile(args, row, 2, only, ahead, step); break;
    case 3: tile(args, row, 3, only, ahead, step); break;
    case 4: tile(args, row, 4, only, ahead, step); break;
    case 5: tile(args, row, 5, only, ahead, step); break;
    default: tile(args, row, 6, only, ahead, step); break;
    }
}

void sw_gemm_w8a8__avx512vnni(const sw_gemm_w8a8 *args) {
    const long tiles = (args->rows + 5) / 6;
    if (tiles == 1) {
        tile_of(args, 0, args->rows, true, NULL, 0);
        return;
    }
    // Rows are split evenly, 13 into 5 + 4 + 4.
    const long panel = (args->k + 3) / 4 * SW_PANEL * 4;
    const char *next = (const char *)args->w + panel;
    for (long t = 0, row = 0; t < tiles; t++) {
        const long rows = args->rows / tiles + (t < args->rows % tiles ? 1 : 0);
        const long share = panel * t / tiles & ~63L;
        tile_of(args, row, rows, false, next + share, (SW_PANEL * 4 + tiles - 1) / tiles);
        row += rows;
    }
}

#pragma clang attribute pop
#endif
