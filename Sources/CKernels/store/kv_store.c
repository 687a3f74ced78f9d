#include "../common/scalar.h"
#include "../kernels.h"

/// The symmetric INT8 scale of n numbers: max|x| / 127; 1 if its reciprocal is not finite; NaN if
/// one of the numbers is not finite.
static float symmetric_scale(const float *x, long n) {
    float largest = 0.0f;
    bool finite = true;
    for (long i = 0; i < n; i++) {
        float magnitude = __builtin_fabsf(x[i]);
        largest = magnitude > largest ? magnitude : largest;
        finite &= magnitude <= __FLT_MAX__;
    }
    if (!finite) return __builtin_nanf("");
    float scale = largest / 127.0f;
    return 1.0f / scale > __FLT_MAX__ ? 1.0f : scale;
}

static int8_t quantized(float x, float inverse) {
    if (inverse != inverse) return 0;
    float rounded = __builtin_rintf(x * inverse);
    return (int8_t)(rounded > 127.0f ? 127.0f : rounded < -127.0f ? -127.0f : rounded);
}

/// Writes x to the n elements of `block` that start at `first` and lie `stride` apart.
static void store(sw_kv_type type, const float *x, long n, void *block, long first, long stride,
                  float *scale) {
    switch (type) {
    case SW_KV_F32:
        for (long i = 0; i < n; i++) ((float *)block)[first + i * stride] = x[i];
        break;
    case SW_KV_BF16:
        for (long i = 0; i < n; i++) {
            ((uint16_t *)block)[first + i * stride] = sw_bf16_of_float(x[i]);
        }
        break;
    case SW_KV_F16:
        for (long i = 0; i < n; i++) {
            ((uint16_t *)block)[first + i * stride] = sw_f16_of_float(x[i]);
        }
        break;
    case SW_KV_INT8: {
        *scale = symmetric_scale(x, n);
        float inverse = 1.0f / *scale;
        for (long i = 0; i < n; i++) {
            ((int8_t *)block)[first + i * stride] = quantized(x[i], inverse);
        }
        break;
    }
    }
}

void sw_kv_store(sw_kv_type type, const float *k, long head_dim, const float *v, long value_dim,
                 void *k_block, void *v_block, long slot, float *k_scale, float *v_scale) {
    store(type, k, head_dim, k_block, slot, SW_BLOCK, k_scale);
    store(type, v, value_dim, v_block, slot * value_dim, 1, v_scale);
}
