import Threads

extension CPUBackend {
    /// Makes the calling thread worker 0, permanently; it must run all steps from now on. It gets
    /// the other workers' time slice, and is pinned to a core if they are.
    package func adoptThread() {
        pool.adoptCaller()
    }
}
