#include <string.h>

#include "../kernels.h"

static int32_t sum_of(const int8_t *w, long count) {
    int32_t sum = 0;
    for (long i = 0; i < count; i++) sum += w[i];
    return sum;
}

void sw_pack_panel(const int8_t *w, long w_stride, long outputs, long k, int8_t *panel,
                   int32_t *w_sum) {
    long whole = k / 4, rest = k % 4;
    for (long slice = 0; slice < whole; slice++) {
        int8_t *to = panel + slice * SW_PANEL * 4;
        for (long o = 0; o < outputs; o++) memcpy(to + o * 4, w + o * w_stride + slice * 4, 4);
    }
    if (rest != 0) {
        int8_t *to = panel + whole * SW_PANEL * 4;
        for (long o = 0; o < outputs; o++) {
            for (long i = 0; i < rest; i++) to[o * 4 + i] = w[o * w_stride + whole * 4 + i];
        }
    }
    for (long first = 0; first < k; first += SW_GROUP, w_sum += SW_PANEL) {
        long count = k - first < SW_GROUP ? k - first : SW_GROUP;
        for (long o = 0; o < outputs; o++) w_sum[o] = sum_of(w + o * w_stride + first, count);
        for (long o = outputs; o < SW_PANEL; o++) w_sum[o] = 0;
    }
}

/// Adds the slices `first` ..< `last` of a panel to a sum for each output.
static void add_slices(const int8_t *panel, long first, long last, int32_t *sums) {
    for (long slice = first; slice < last; slice++) {
        const int8_t *from = panel + slice * SW_PANEL * 4;
        for (long o = 0; o < SW_PANEL; o++) {
            sums[o] += from[o * 4] + from[o * 4 + 1] + from[o * 4 + 2] + from[o * 4 + 3];
        }
    }
}

/// Whether the weights beyond `outputs` and beyond `k` are zero.
static bool is_padded(const int8_t *panel, long outputs, long k) {
    const long slices = (k + 3) / 4;
    int8_t seen = 0;
    for (long slice = 0; slice < slices; slice++) {
        const int8_t *from = panel + slice * SW_PANEL * 4;
        for (long i = outputs * 4; i < SW_PANEL * 4; i++) seen |= from[i];
    }
    if (k % 4 != 0) {
        const int8_t *from = panel + (slices - 1) * SW_PANEL * 4;
        for (long o = 0; o < outputs; o++) {
            for (long i = k % 4; i < 4; i++) seen |= from[o * 4 + i];
        }
    }
    return seen == 0;
}

bool sw_panel_is_whole(const int8_t *panel, long outputs, long k, const int32_t *w_sum) {
    if (!is_padded(panel, outputs, k)) return false;
    for (long first = 0; first < k; first += SW_GROUP, w_sum += SW_PANEL) {
        const long last = first + SW_GROUP < k ? first + SW_GROUP : k;
        int32_t sums[SW_PANEL] = {0};
        add_slices(panel, first / 4, (last + 3) / 4, sums);
        if (memcmp(sums, w_sum, sizeof sums) != 0) return false;
    }
    return true;
}
