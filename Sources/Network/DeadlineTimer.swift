package import NIOCore

/// A deadline that is often moved and rarely reached. Moving it costs two stores: only one task is
/// scheduled on the loop, and when it runs it checks whether the deadline has been moved.
///
/// Belongs to its event loop's thread.
package final class DeadlineTimer {
    private let loop: any EventLoop
    private let onFire: () -> Void
    private var deadline: NIODeadline?
    private var scheduled: (task: Scheduled<Void>, at: NIODeadline)?

    /// `onFire` runs on the loop. The timer keeps it, so it must refer weakly to the timer's owner.
    package init(on loop: any EventLoop, onFire: @escaping () -> Void) {
        self.loop = loop
        self.onFire = onFire
    }

    /// Fires after `duration` from now. Replaces what was set before.
    package func set(after duration: Duration) {
        let deadline = loop.now + TimeAmount(duration)
        self.deadline = deadline
        if let scheduled, scheduled.at <= deadline { return }
        scheduled?.task.cancel()
        schedule(at: deadline)
    }

    /// Does not fire until set again.
    package func clear() {
        deadline = nil
    }

    /// Clears it, and cancels the scheduled task.
    package func cancel() {
        deadline = nil
        scheduled?.task.cancel()
        scheduled = nil
    }

    private func schedule(at time: NIODeadline) {
        let task = loop.assumeIsolated().scheduleTask(deadline: time) { [weak self] () -> Void in
            self?.wake()
        }
        scheduled = (task, time)
    }

    private func wake() {
        scheduled = nil
        guard let deadline else { return }
        guard deadline <= loop.now else {
            schedule(at: deadline)
            return
        }
        self.deadline = nil
        onFire()
    }
}
