#include "../common/scalar.h"
#include "../kernels.h"

float sw_expf(float x) { return sw_exp_scalar(x); }

float sw_bf16_to_f32(uint16_t x) { return sw_float_of_bf16(x); }

uint16_t sw_f32_to_bf16(float x) { return sw_bf16_of_float(x); }

float sw_f16_to_f32(uint16_t x) { return sw_float_of_f16(x); }

uint16_t sw_f32_to_f16(float x) { return sw_f16_of_float(x); }
