#include "../common/scalar.h"
#include "../kernels.h"

void sw_exp_f32__scalar(const float *x, long n, float *y) {
    for (long i = 0; i < n; i++) y[i] = sw_exp_scalar(x[i]);
}

float sw_softmax_terms_f32__scalar(const float *x, long n, float *p, float *largest) {
    float max = -__builtin_inff();
    for (long i = 0; i < n; i++) max = x[i] > max ? x[i] : max;
    max = max + 0.0f;
    float lanes[16] = {0};
    for (long i = 0; i < n; i++) {
        p[i] = sw_exp_scalar(x[i] - max);
        lanes[i % 16] = lanes[i % 16] + p[i];
    }
    *largest = max;
    return sw_lanes_sum(lanes);
}

bool sw_all_finite_f32__scalar(const float *x, long n) {
    bool finite = true;
    for (long i = 0; i < n; i++) finite &= __builtin_fabsf(x[i]) <= __FLT_MAX__;
    return finite;
}
