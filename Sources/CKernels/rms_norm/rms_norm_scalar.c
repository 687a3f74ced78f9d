#include "../common/scalar.h"
#include "../kernels.h"

void sw_rms_norm_f32__scalar(const float *x, const float *gain, float eps, long n, float *y) {
    float lanes[16] = {0};
    for (long i = 0; i < n; i++) lanes[i % 16] = __builtin_fmaf(x[i], x[i], lanes[i % 16]);
    float mean = sw_lanes_sum(lanes) / (float)n;
    float inverse = 1.0f / __builtin_sqrtf(mean + eps);
    for (long i = 0; i < n; i++) y[i] = (x[i] * inverse) * gain[i];
}
