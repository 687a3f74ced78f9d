/// The engine's state at one moment, for health checks and gateways.
package struct ServiceFigures: Sendable, Equatable {
    /// Accepted requests that no step has touched yet, and the tokens of their prompts.
    package var waitingRequests: Int
    package var waitingTokens: Int
    /// Requests that hold KV blocks.
    package var runningRequests: Int
    /// KV blocks, and those that running sequences hold (cached ones count as free).
    package var blocks: Int
    package var blocksUsed: Int
    /// The model is loaded and the engine runs.
    package var isReady: Bool
    /// No new requests should come; those that come are served.
    package var isDraining: Bool

    package init(
        waitingRequests: Int = 0, waitingTokens: Int = 0, runningRequests: Int = 0,
        blocks: Int = 0, blocksUsed: Int = 0, isReady: Bool = false, isDraining: Bool = false
    ) {
        self.waitingRequests = waitingRequests
        self.waitingTokens = waitingTokens
        self.runningRequests = runningRequests
        self.blocks = blocks
        self.blocksUsed = blocksUsed
        self.isReady = isReady
        self.isDraining = isDraining
    }
}
