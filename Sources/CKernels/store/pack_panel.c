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
