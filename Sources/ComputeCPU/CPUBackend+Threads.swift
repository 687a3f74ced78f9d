extension CPUBackend {
    /// Makes the calling thread, which will run all steps from now on, worker 0 for good: pinned to a
    /// core if the other workers are.
    package func adoptThread() {
        pool.pinCaller()
    }
}
