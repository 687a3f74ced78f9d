#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TILE_QUERIES 2
#define TILE_BLOCKS 2
#define TILE_VALUES 2

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "../common/vec_avx2.h"
#include "../common/scalar.h"
#include "../common/vec_exp.h"
#include "attention_vector.h"

void sw_attention_span__avx2(const sw_attention_span *args) {
    switch (args->type) {
    case SW_KV_F32: attend_span(args, SW_KV_F32); break;
    case SW_KV_BF16: attend_span(args, SW_KV_BF16); break;
    case SW_KV_F16: attend_span(args, SW_KV_F16); break;
    case SW_KV_INT8: attend_span(args, SW_KV_INT8); break;
    }
}

#pragma clang attribute pop
#endif
