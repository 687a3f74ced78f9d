import Glibc
import Synchronization

/// A POSIX thread with a name, which its owner joins. Its body runs once, then the thread ends.
///
/// If a `Thread` is released without `join`, the thread runs on detached.
package final class Thread: Sendable {
    private let handle: Mutex<pthread_t?>  // nil once joined

    /// Starts the thread.
    ///
    /// - name: shown by debuggers and `top`. Linux keeps its first 15 bytes.
    /// - core: the core to pin the thread to; nil leaves the choice to the kernel. Pinning matters
    ///   only for speed: if it is not allowed the thread runs unpinned.
    /// - stackBytes: rounded up to whole pages.
    package init(
        name: String, core: Int? = nil, stackBytes: Int = 1 << 20,
        body: @escaping @Sendable () -> Void
    ) throws(ThreadError) {
        let start = Start(name: name, core: core, body: body)
        handle = Mutex(try create(start, stackBytes: stackBytes))
    }

    deinit {
        if let thread = handle.withLock({ $0 }) { pthread_detach(thread) }
    }

    /// Waits until the body has returned. Later calls return at once. Must not be called on the
    /// thread itself.
    package func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        guard let thread else { return }
        precondition(pthread_equal(thread, pthread_self()) == 0, "a thread cannot join itself")
        pthread_join(thread, nil)
    }
}

/// The work of a new thread. It is passed through `pthread_create` as an owned reference.
private final class Start: Sendable {
    let name: String
    let core: Int?
    let body: @Sendable () -> Void

    init(name: String, core: Int?, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.core = core
        self.body = body
    }

    func run() {
        nameCurrentThread(name)
        // An unpinned thread is slower, not wrong.
        if let core { _ = try? Affinity.pinCurrentThread(to: core) }
        body()
    }
}

private func create(_ start: Start, stackBytes: Int) throws(ThreadError) -> pthread_t {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    let page = max(1, sysconf(Int32(_SC_PAGESIZE)))
    let pages = max(16, (min(max(stackBytes, 0), 1 << 32) + page - 1) / page)
    unsafe pthread_attr_setstacksize(&attributes, pages * page)
    var thread = pthread_t()
    // SAFETY: the reference is retained for the new thread, which takes it exactly once; if there
    // is no new thread it is taken back here.
    let reference = unsafe Unmanaged.passRetained(start)
    let code = unsafe pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument = unsafe argument else { return nil }
            unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }, reference.toOpaque())
    guard code == 0 else {
        unsafe reference.release()
        throw ThreadError(operation: "start thread '\(start.name)'", code: code)
    }
    return thread
}

/// Sets the name through `/proc`, as `pthread_setname_np` does, which Swift's `Glibc` module hides.
private func nameCurrentThread(_ name: String) {
    let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    let bytes = Array(name.utf8.prefix(15))
    _ = unsafe write(file, bytes, bytes.count)
}
