extension CPUBackend {
    /// Makes the calling thread, which will run all steps from now on, worker 0 for good: with
    /// the other workers' time slice, and pinned to a core if they are.
    package func adoptThread() {
        pool.adoptCaller()
    }
}
