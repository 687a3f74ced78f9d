#include "../common/scalar.h"
#include "../kernels.h"

/// Writes byte `index` of a row whose slices of four lie `q_stride` bytes apart.
static void put(uint8_t *q, long q_stride, long index, uint8_t value) {
    q[index / 4 * q_stride + index % 4] = value;
}

static void quantize_group(const float *x, long first, long count, uint8_t *q, long q_stride,
                           float *scale, int32_t *zero) {
    float lo = 0.0f, hi = 0.0f;
    bool finite = true;
    for (long i = 0; i < count; i++) {
        lo = x[i] < lo ? x[i] : lo;
        hi = x[i] > hi ? x[i] : hi;
        finite &= __builtin_fabsf(x[i]) <= __FLT_MAX__;
    }
    float s = (hi - lo) / 255.0f;
    if (!finite || s > __FLT_MAX__) {
        for (long i = 0; i < count; i++) put(q, q_stride, first + i, 0);
        *scale = __builtin_nanf("");
        *zero = 0;
        return;
    }
    if (1.0f / s > __FLT_MAX__) s = 1.0f;
    float inv = 1.0f / s;
    int32_t z = (int32_t)__builtin_rintf(-lo * inv);
    for (long i = 0; i < count; i++) {
        int32_t value = (int32_t)__builtin_rintf(x[i] * inv) + z;
        put(q, q_stride, first + i, (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value));
    }
    *scale = s;
    *zero = z;
}

void sw_quantize_f32__scalar(const float *x, long k, uint8_t *q, long q_stride, float *scale,
                             int32_t *zero, long group_stride) {
    for (long first = 0, g = 0; first < k; first += SW_GROUP, g++) {
        long count = k - first < SW_GROUP ? k - first : SW_GROUP;
        quantize_group(x + first, first, count, q, q_stride, scale + g * group_stride,
                       zero + g * group_stride);
    }
    for (long i = k; i % 4 != 0; i++) put(q, q_stride, i, 0);
}

void sw_pack_rows_u8__scalar(const uint8_t *const *rows, long count, long slices, uint8_t *packed,
                             long packed_rows) {
    for (long slice = 0; slice < slices; slice++) {
        for (long row = 0; row < count; row++) {
            memcpy(packed + (slice * packed_rows + row) * 4, rows[row] + slice * 4, 4);
        }
    }
}
