#include "../kernels.h"

void sw_rope_halves_f32__scalar(float *x, const float *cos, const float *sin, long half) {
    for (long i = 0; i < half; i++) {
        float a = x[i], b = x[i + half];
        x[i] = __builtin_fmaf(a, cos[i], -(b * sin[i]));
        x[i + half] = __builtin_fmaf(b, cos[i], a * sin[i]);
    }
}

void sw_rope_pairs_f32__scalar(float *x, const float *cos, const float *sin, long half) {
    for (long i = 0; i < half; i++) {
        float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = __builtin_fmaf(a, cos[i], -(b * sin[i]));
        x[2 * i + 1] = __builtin_fmaf(b, cos[i], a * sin[i]);
    }
}
