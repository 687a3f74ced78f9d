// exp of 16 floats: sw_exp_scalar's operations in its order. Needs vec_avx2.h or vec_avx512.h.
#ifndef SWITCHYARD_COMMON_VEC_EXP_H
#define SWITCHYARD_COMMON_VEC_EXP_H

#include "exp_constants.h"

SW_INLINE v16 v16_exp(v16 x) {
    const v16 magic = v16_set(SW_EXP_MAGIC);
    const v16 t = v16_fma(x, v16_set(SW_EXP_LOG2E), magic);
    const v16 n = v16_sub(t, magic);
    v16 r = v16_fma(n, v16_set(-SW_EXP_LN2_HIGH), x);
    r = v16_fma(n, v16_set(-SW_EXP_LN2_LOW), r);
    v16 p = v16_set(SW_EXP_C6);
    p = v16_fma(p, r, v16_set(SW_EXP_C5));
    p = v16_fma(p, r, v16_set(SW_EXP_C4));
    p = v16_fma(p, r, v16_set(SW_EXP_C3));
    p = v16_fma(p, r, v16_set(0.5f));
    p = v16_fma(p, r, v16_set(1.0f));
    p = v16_fma(p, r, v16_set(1.0f));
    p = v16_add_exponent(p, t);
    p = v16_where(v16_less(x, v16_set(SW_EXP_MIN)), v16_zero(), p);
    p = v16_where(v16_less(v16_set(SW_EXP_MAX), x), v16_set(__builtin_inff()), p);
    return v16_where(v16_is_nan(x), x, p);
}

#endif
