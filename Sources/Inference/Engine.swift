import Architectures
import Compute
package import Generation
package import Scheduling
import Synchronization
import Threads

/// Runs a model for many requests at once. Its thread asks the scheduler what to compute, computes
/// it, and passes each step's events to the requests' sinks.
package final class Engine: GenerationService {
    package let modelName: String
    package let contextMax: Int
    package let vocabularySize: Int
    package let limits: ServiceLimits
    /// Bytes of memory by owner, as reserved at the start.
    package let memory: EngineMemory

    private let mailbox: Mailbox<EngineMessage>
    private let permits: PermitPool
    private let published: Mutex<SchedulerFigures>
    private let isReady = Atomic<Bool>(true)
    private let isDraining = Atomic<Bool>(false)
    private let thread: Mutex<Thread?>

    /// How many messages may wait between two steps: far more than the permits that bound
    /// submissions.
    private static let mailboxCapacity = 1 << 16

    /// Takes ownership of the model and starts the thread. On that thread it calls `queued` with
    /// the time that each request waited for its first step, and `notice` with sentences for the
    /// operator.
    package init(
        _ model: sending LoadedModel, name: String, limits: SchedulerLimits,
        queued: @escaping @Sendable (Duration) -> Void = { _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(ModelError) {
        precondition(blockTokens == KVCacheLayout.blockTokens, "the scheduler's blocks are others")
        var limits = limits
        limits.contextMax = min(limits.contextMax, model.contextMax)
        limits.stepTokensMax = model.options.stepTokensMax
        limits.logitRowsMax = model.options.logitRowsMax
        if model.shape.experts > 0 {
            limits.expertShare = Double(model.shape.expertsPerToken) / Double(model.shape.experts)
        }
        let layout = BlockLayout(
            blocks: model.cacheBlocks, windows: model.shape.cache.groups.map(\.window))
        let scheduler = Scheduler(limits: limits, layout: layout)
        modelName = name
        contextMax = scheduler.contextMax
        vocabularySize = model.shape.vocabulary
        memory = EngineMemory(model)
        mailbox = Mailbox(capacity: Self.mailboxCapacity)
        permits = PermitPool(
            requestsMax: limits.waitingRequestsMax, tokensMax: limits.waitingTokensMax,
            promptTokensMax: scheduler.contextMax)
        self.limits = ServiceLimits(
            choicesMax: min(limits.sequencesMax, GenerationRequest.choicesMax),
            queueTokensMax: limits.waitingTokensMax)
        published = Mutex(scheduler.figures)
        thread = Mutex(nil)
        let handover = Handover(
            EngineLoop(model, scheduler, queued: queued, notice: notice))
        do throws(ThreadError) {
            let started = try Thread(name: "sw-engine") { [self] in
                handover.take()?.run(mailbox, permits) { figures in
                    published.withLock { $0 = figures }
                }
            }
            thread.withLock { $0 = started }
        } catch {
            throw ModelError(error.description)
        }
    }

    // MARK: GenerationService

    package func reserve(prompts: [Int]) throws(Rejection) -> [Permit] {
        guard isReady.load(ordering: .relaxed) else { throw .unavailable }
        return try permits.take(prompts: prompts)
    }

    package func submit(
        _ request: GenerationRequest, _ permit: Permit, sink: any GenerationSink
    ) throws(Rejection) {
        do throws(Rejection) {
            guard isReady.load(ordering: .relaxed) else { throw .unavailable }
            try request.validate(contextMax: contextMax, vocabularySize: vocabularySize)
            permit.trim(tokens: request.prompt.count)
            guard mailbox.post(.submit(request, permit, sink)) else {
                throw mailbox.isClosed ? .unavailable : permits.queueFull
            }
        } catch {
            permit.release()
            throw error
        }
    }

    // The events delivered bound the number of cancels and credits.

    package func cancel(_ id: RequestID) {
        mailbox.postSurely(.cancel(id))
    }

    package func cancel(_ id: RequestID, choice: Int) {
        mailbox.postSurely(.cancelChoice(id, choice))
    }

    package func returnCredit(_ id: RequestID, choice: Int, tokens: Int) {
        mailbox.postSurely(.credit(id, choice, tokens))
    }

    package var figures: ServiceFigures {
        let figures = schedulerFigures
        return ServiceFigures(
            waitingRequests: figures.waitingRequests, waitingTokens: figures.waitingTokens,
            runningRequests: figures.runningSequences, blocks: figures.blocks,
            blocksUsed: figures.blocksUsed, isReady: isReady.load(ordering: .relaxed),
            isDraining: isDraining.load(ordering: .relaxed))
    }

    // MARK: Operations

    /// The scheduler's state after the last step.
    package var schedulerFigures: SchedulerFigures { published.withLock { $0 } }

    /// Reports from now on that no new requests should come. Requests that were on their way are
    /// still served, as long as the transport accepts them.
    package func drain() {
        isDraining.store(true, ordering: .relaxed)
    }

    /// Fails the requests that are left, and ends the thread, when its step is done; does not wait for
    /// that.
    package func fail() {
        isReady.store(false, ordering: .relaxed)
        mailbox.postSurely(.stop)
    }

    /// The same, and waits.
    package func stop() {
        fail()
        thread.withLock { $0 }?.join()
    }
}

/// A message to the engine's thread.
enum EngineMessage: Sendable {
    case submit(GenerationRequest, Permit, any GenerationSink)
    case cancel(RequestID)
    case cancelChoice(RequestID, Int)
    case credit(RequestID, Int, Int)
    case stop
}

/// Hands the loop over to its thread.
///
/// `@unchecked Sendable`: the lock guards the reference, and the thread that takes it is its only
/// owner.
private final class Handover: @unchecked Sendable {
    private let content: Mutex<Box?>

    private final class Box: @unchecked Sendable {
        // Used only by the thread that took the box out of the lock.
        var loop: EngineLoop?

        init(_ loop: EngineLoop) {
            self.loop = loop
        }
    }

    init(_ loop: EngineLoop) {
        content = Mutex(Box(loop))
    }

    func take() -> EngineLoop? {
        let box = content.withLock { content in
            defer { content = nil }
            return content
        }
        return box?.loop
    }
}
