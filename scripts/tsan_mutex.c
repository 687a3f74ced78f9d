// Tells the thread sanitizer what Swift's Mutex orders. Its fast path is compiled into each caller,
// where the sanitizer sees it; the slow path, taken when threads wait for each other, lies in the
// standard library, which it does not. The linker's --wrap puts these functions in that path's place.
#include <stdint.h>

#define SWIFT_METHOD __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *mutex

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT_METHOD void real_lock(uint32_t thread,
                            SELF) __asm__("__real_$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT_METHOD void real_unlock(SELF) __asm__("__real_$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

SWIFT_METHOD void wrap_lock(uint32_t thread,
                            SELF) __asm__("__wrap_$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT_METHOD void wrap_unlock(SELF) __asm__("__wrap_$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

SWIFT_METHOD void wrap_lock(uint32_t thread, SELF) {
    real_lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT_METHOD void wrap_unlock(SELF) {
    __tsan_release(mutex);
    real_unlock(mutex);
}
