import API
import HTTP
import Synchronization

/// Who serves requests: the endpoints once they are there, and before that a few words on how far
/// the server is. A probe must see that it is alive, and that it is not ready. Before a drain it is told
/// once more, while everything else is served as before.
final class Door: RequestHandler {
    private enum State: Sendable {
        case starting(String)
        case open(Endpoints)
        case leaving(Endpoints)
    }

    private let state = Mutex(State.starting("starting"))

    /// What is done meanwhile; nothing once the door is open.
    func report(_ text: String) {
        state.withLock { state in
            if case .starting = state { state = .starting(text) }
        }
    }

    func open(to endpoints: Endpoints) {
        state.withLock { $0 = .open(endpoints) }
    }

    /// Says from now on that the server is not ready, and goes on serving.
    func leave() {
        state.withLock { state in
            if case .open(let endpoints) = state { state = .leaving(endpoints) }
        }
    }

    func admit(_ head: RequestHead) -> Admission {
        switch state.withLock({ $0 }) {
        case .open(let endpoints):
            return endpoints.admit(head)
        case .leaving(let endpoints):
            guard Self.readiness.contains(head.path) else { return endpoints.admit(head) }
            return Self.vital(Self.unready("the server is draining", head))
        case .starting(let text):
            if head.path == "/livez" { return Self.vital(.text(200, "ok\n")) }
            let answer = Self.unready("the model is not ready: \(text)", head)
            return Self.readiness.contains(head.path) ? Self.vital(answer) : .refused(answer)
        }
    }

    private static let readiness = ["/readyz", "/health"]

    private static func unready(_ reason: String, _ head: RequestHead) -> HTTPResponse {
        APIError(.unavailable, reason, retryAfter: .seconds(5)).response(requestID: head.requestID)
    }

    /// Probes are answered even if there is no place for further connections.
    private static func vital(_ answer: HTTPResponse) -> Admission {
        .whole(BodyPolicy(bytesMax: 0, isVital: true) { $1.respond(answer) })
    }
}
