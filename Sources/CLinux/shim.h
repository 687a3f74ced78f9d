// What Swift's Glibc module cannot express: an instruction, a variadic system call, a packet filter.
#ifndef SWITCHYARD_CLINUX_H
#define SWITCHYARD_CLINUX_H

#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/sched/types.h>
#include <stdint.h>
#include <sys/socket.h>
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

/// Has a listening TCP socket drop what begins a connection (SYN without ACK) from now on; handshakes
/// that were begun are finished. 0 when the kernel took it.
static inline int sw_drop_new_connections(int listener) {
    // A filter of a TCP socket sees packets from the TCP header on; byte 13 holds the flags.
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    return setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
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
