// What Swift's Glibc module cannot express: an instruction and a variadic system call.
#ifndef SWITCHYARD_CLINUX_H
#define SWITCHYARD_CLINUX_H

#include <linux/futex.h>
#include <linux/sched/types.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Tells the core that this is a spin loop.
static inline void sw_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Sleeps while `*word` is `expected`; wakes by `sw_futex_wake`, a signal, or for no reason.
static inline void sw_futex_wait(const void *word, uint32_t expected) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, 0, 0, 0);
}

/// Wakes all that sleep on `word`.
static inline void sw_futex_wake(const void *word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, 0, 0, 0);
}

/// Doubles the calling thread's slice under the common policy, up to 10 ms; 0 when the kernel took it.
///
/// The call sets policy and niceness too, so they are read first; threads of other policies stay.
/// Kernels before 6.12 tell no slice.
static inline long sw_double_slice(void) {
    struct sched_attr attributes = {.size = sizeof attributes};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return -1;
    uint64_t slice = attributes.sched_runtime;
    if (attributes.sched_policy != 0 || slice == 0 || slice > 5000000) return -1;
    attributes.sched_runtime = 2 * slice;
    return syscall(SYS_sched_setattr, 0, &attributes, 0);
}

#endif
