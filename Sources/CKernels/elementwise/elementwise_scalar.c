#include "../common/scalar.h"
#include "../kernels.h"

void sw_silu_multiply_f32__scalar(const float *gate, const float *up, long n, float *y) {
    for (long i = 0; i < n; i++) {
        y[i] = (gate[i] / (1.0f + sw_exp_scalar(-gate[i]))) * up[i];
    }
}

void sw_add_f32__scalar(const float *x, long n, float *y) {
    for (long i = 0; i < n; i++) y[i] = y[i] + x[i];
}

void sw_multiply_add_f32__scalar(float w, const float *x, long n, float *y) {
    for (long i = 0; i < n; i++) y[i] = __builtin_fmaf(w, x[i], y[i]);
}

void sw_multiply_f32__scalar(float w, const float *x, long n, float *y) {
    for (long i = 0; i < n; i++) y[i] = x[i] * w;
}
