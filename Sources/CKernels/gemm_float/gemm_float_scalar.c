#include "../common/scalar.h"
#include "../kernels.h"

void sw_gemm_f32__scalar(const float *x, long x_stride, long rows, const float *w, long w_stride,
                         long n, long k, float *y, long y_stride) {
    for (long r = 0; r < rows; r++) {
        for (long c = 0; c < n; c++) {
            float lanes[16] = {0};
            for (long i = 0; i < k; i++) {
                lanes[i % 16] = __builtin_fmaf(x[r * x_stride + i], w[c * w_stride + i],
                                               lanes[i % 16]);
            }
            y[r * y_stride + c] = sw_lanes_sum(lanes);
        }
    }
}

void sw_gemm_bf16__scalar(const float *x, long x_stride, long rows, const uint16_t *w,
                          long w_stride, long n, long k, float *y, long y_stride) {
    for (long r = 0; r < rows; r++) {
        for (long c = 0; c < n; c++) {
            float lanes[16] = {0};
            for (long i = 0; i < k; i++) {
                float weight = sw_float_of_bf16(w[c * w_stride + i]);
                lanes[i % 16] = __builtin_fmaf(x[r * x_stride + i], weight, lanes[i % 16]);
            }
            y[r * y_stride + c] = sw_lanes_sum(lanes);
        }
    }
}

void sw_gemm_bf16_transposed__scalar(const float *x, long x_stride, long rows, const uint16_t *w,
                                     long w_stride, long n, long k, float *y, long y_stride) {
    for (long r = 0; r < rows; r++) {
        for (long c = 0; c < n; c++) {
            float sum = 0.0f;
            for (long i = 0; i < k; i++) {
                float weight = sw_float_of_bf16(w[i * w_stride + c]);
                sum = __builtin_fmaf(x[r * x_stride + i], weight, sum);
            }
            y[r * y_stride + c] = sum;
        }
    }
}
