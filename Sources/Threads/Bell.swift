import Glibc

/// Lets one thread sleep until another one rings or a deadline passes. A ring before the wait is
/// remembered, so none is lost; several rings count as one.
package final class Bell: @unchecked Sendable {
    // Sendable because `isRung` is guarded by `condition`'s mutex.
    private let condition = Condition()
    private var isRung = false

    package init() {}

    /// Wakes the sleeping thread, or makes its next wait return at once. May be called on any
    /// thread.
    package func ring() {
        condition.lock()
        isRung = true
        condition.unlockAndSignal()
    }

    /// Sleeps until rung, or until the deadline; returns true if rung. Only one thread may wait at
    /// a time.
    @discardableResult
    package func wait(until deadline: ContinuousClock.Instant? = nil) -> Bool {
        let limit = deadline.map { monotonicTime(of: $0) }
        condition.lock()
        defer { condition.unlock() }
        while !isRung {
            if !condition.wait(until: limit) { break }
        }
        defer { isRung = false }
        return isRung
    }
}

/// Owns a POSIX mutex and a condition variable at stable addresses, and nothing else.
@safe private final class Condition {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let variable: UnsafeMutablePointer<pthread_cond_t>

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe variable = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe variable.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(variable, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(variable)
        unsafe pthread_mutex_destroy(mutex)
        unsafe variable.deallocate()
        unsafe mutex.deallocate()
    }

    func lock() { unsafe pthread_mutex_lock(mutex) }
    func unlock() { unsafe pthread_mutex_unlock(mutex) }

    func unlockAndSignal() {
        unsafe pthread_mutex_unlock(mutex)
        unsafe pthread_cond_signal(variable)
    }

    /// Waits with the mutex held; false when the time on `CLOCK_MONOTONIC` has passed.
    func wait(until limit: timespec?) -> Bool {
        guard var limit else {
            unsafe pthread_cond_wait(variable, mutex)
            return true
        }
        return unsafe pthread_cond_timedwait(variable, mutex, &limit) != ETIMEDOUT
    }
}

/// The deadline on `CLOCK_MONOTONIC`. `ContinuousClock` also counts time in which the machine was
/// suspended, so only the distance from now can be converted.
private func monotonicTime(of deadline: ContinuousClock.Instant) -> timespec {
    let (seconds, attoseconds) = ContinuousClock.now.duration(to: deadline).components
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    // At most a year, which keeps the sum far from overflow.
    let secondsLeft = min(max(seconds, 0), 31_536_000)
    let nanosecondsLeft = max(attoseconds, 0) / 1_000_000_000
    let nanoseconds = Int64(now.tv_nsec) + nanosecondsLeft
    return timespec(
        tv_sec: now.tv_sec + Int(secondsLeft + nanoseconds / 1_000_000_000),
        tv_nsec: Int(nanoseconds % 1_000_000_000))
}
