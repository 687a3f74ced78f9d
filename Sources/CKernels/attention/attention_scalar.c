#include "../common/scalar.h"
#include "../kernels.h"

/// Element `index` of a block stored as `type`.
static float element(const void *block, sw_kv_type type, long index) {
    switch (type) {
    case SW_KV_F32: return ((const float *)block)[index];
    case SW_KV_BF16: return sw_float_of_bf16(((const uint16_t *)block)[index]);
    case SW_KV_F16: return sw_float_of_f16(((const uint16_t *)block)[index]);
    case SW_KV_INT8: return (float)((const int8_t *)block)[index];
    }
    return 0.0f;
}

static float score(const sw_attention_span *args, const float *q, long key) {
    long block = key / SW_BLOCK, slot = key % SW_BLOCK;
    float sum = 0.0f;
    for (long d = 0; d < args->head_dim; d++) {
        float k = element(args->k_blocks[block], args->type, d * SW_BLOCK + slot);
        sum = __builtin_fmaf(q[d], k, sum);
    }
    if (args->type == SW_KV_INT8) sum = sum * args->k_scales[block][slot];
    return sum * args->scale;
}

/// One query over keys `first` ..< `last` of a tile, counted from the tile's first key, which is
/// key `tile` of the span.
static void attend(const sw_attention_span *args, long query, long tile, long first, long last) {
    float p[SW_TILE], lanes[16] = {0};
    float largest = -__builtin_inff();
    for (long j = first; j < last; j++) {
        p[j] = score(args, args->queries[query], tile + j);
        largest = p[j] > largest ? p[j] : largest;
    }
    largest = largest + 0.0f;
    float before = args->max[query];
    float max = largest > before ? largest : before;
    float correction = before == -__builtin_inff() ? 0.0f : sw_exp_scalar(before - max);
    for (long j = first; j < last; j++) {
        p[j] = sw_exp_scalar(p[j] - max);
        lanes[j % 16] = lanes[j % 16] + p[j];
    }
    args->max[query] = max;
    args->sum[query] = __builtin_fmaf(args->sum[query], correction, sw_lanes_sum(lanes));
    if (args->type == SW_KV_INT8) {
        for (long j = first; j < last; j++) {
            p[j] = p[j] * args->v_scales[(tile + j) / SW_BLOCK][j % SW_BLOCK];
        }
    }
    float *out = args->out + query * args->out_stride;
    for (long d = 0; d < args->value_dim; d++) {
        float sum = out[d] * correction;
        for (long j = first; j < last; j++) {
            long block = (tile + j) / SW_BLOCK, slot = j % SW_BLOCK;
            float v = element(args->v_blocks[block], args->type, slot * args->value_dim + d);
            sum = __builtin_fmaf(p[j], v, sum);
        }
        out[d] = sum;
    }
}

void sw_attention_span__scalar(const sw_attention_span *args) {
    for (long query = 0; query < args->count; query++) {
        float *out = args->out + query * args->out_stride;
        args->max[query] = -__builtin_inff();
        args->sum[query] = 0.0f;
        for (long d = 0; d < args->value_dim; d++) out[d] = 0.0f;
        for (long tile = args->span_first; tile < args->span_last; tile += SW_TILE) {
            long first = args->first[query] - tile, last = args->last[query] - tile;
            long end = args->span_last - tile < SW_TILE ? args->span_last - tile : SW_TILE;
            first = first < 0 ? 0 : first;
            last = last > end ? end : last;
            if (first < last) attend(args, query, tile - args->span_first, first, last);
        }
        if (args->sum[query] != args->sum[query]) args->max[query] = args->sum[query];
    }
}
