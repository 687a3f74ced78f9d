#include "../kernels.h"

/// The sum of products over one group for one row and one output.
static int32_t group_sum(const sw_gemm_w8a8 *args, long row, long column, long first, long last) {
    int32_t sum = 0;
    for (long i = first; i < last; i++) {
        int32_t q = args->a[(i / 4 * args->a_rows + row) * 4 + i % 4];
        int32_t w = args->w[(i / 4 * SW_PANEL + column) * 4 + i % 4];
        sum += q * w;
    }
    return sum;
}

void sw_gemm_w8a8__scalar(const sw_gemm_w8a8 *args) {
    for (long row = 0; row < args->rows; row++) {
        for (long column = 0; column < args->columns; column++) {
            float y = 0.0f;
            for (long first = 0, g = 0; first < args->k; first += SW_GROUP, g++) {
                long last = first + SW_GROUP < args->k ? first + SW_GROUP : args->k;
                int32_t zero = args->a_zero[g * args->a_rows + row];
                int32_t sum = group_sum(args, row, column, first, last);
                sum -= zero * (int16_t)args->w_sum[g * SW_PANEL + column];
                float a_scale = args->a_scale[g * args->a_rows + row];
                float scale = a_scale * args->w_scale[g * args->w_scale_stride + column];
                y = __builtin_fmaf((float)sum, scale, y);
            }
            args->y[row * args->y_stride + column] = y;
        }
    }
}
