#include "../kernels.h"

void sw_rotate_f32__scalar(const float *x, long width, long block, float factor, float *y) {
    for (long first = 0; first < width; first += block) {
        const float *from = x + first;
        float *to = y + first;
        if (from != to) {
            for (long i = 0; i < block; i++) to[i] = from[i];
        }
        for (long half = 1; half < block; half *= 2) {
            for (long start = 0; start < block; start += 2 * half) {
                for (long i = start; i < start + half; i++) {
                    const float a = to[i], b = to[i + half];
                    to[i] = a + b;
                    to[i + half] = a - b;
                }
            }
        }
        for (long i = 0; i < block; i++) to[i] = to[i] * factor;
    }
}
