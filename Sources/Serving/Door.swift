import API
import HTTP
import Synchronization

/// Who serves requests: the endpoints once they are there, and before that a few words on how far
/// the server is. A probe must see that it is alive, and that it is not ready.
final class Door: RequestHandler {
    private enum State: Sendable {
        case starting(String)
        case open(Endpoints)
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

    func admit(_ head: RequestHead) -> Admission {
        switch state.withLock({ $0 }) {
        case .open(let endpoints): endpoints.admit(head)
        case .starting(let text): admit(head, text)
        }
    }

    private func admit(_ head: RequestHead, _ text: String) -> Admission {
        let answer: HTTPResponse
        if head.path == "/livez" {
            answer = .text(200, "ok\n")
        } else {
            let error = APIError(
                .unavailable, "the model is not ready: \(text)", retryAfter: .seconds(5))
            answer = error.response(requestID: head.requestID)
        }
        // Probes are answered even where there is no place for further connections.
        guard ["/livez", "/readyz", "/health"].contains(head.path) else { return .refused(answer) }
        return .whole(BodyPolicy(bytesMax: 0, isVital: true) { $1.respond(answer) })
    }
}
