import API
import Generation
import JSON
import TestSupport
import Testing

@Suite struct APIErrorTests {
    @Test(
        "each rejection has its status",
        arguments: [
            (.queueFull(retryAfter: .seconds(4)), 429, 4),
            (.unavailable, 503, 1), (.promptTooLong(tokens: 9, max: 8), 400, nil),
            (.hopeless, 504, nil),
            (.invalid(InvalidParameter("top_p", "is 2")), 400, nil),
        ] as [(Rejection, Int, Int64?)])
    func rejections(rejection: Rejection, status: Int, retryAfter: Int64?) {
        let error = APIError(rejection)
        #expect(APIError(GenerationFailure(rejection)) == error, "a late one is told alike")
        #expect(error.status == status)
        #expect(error.retryAfterSeconds == retryAfter)
        #expect(error.message == rejection.description)
    }

    @Test(
        "each failure has its status",
        arguments: [
            (.numerical, 500), (.deadlineExceeded, 504), (.stalledReader, 499),
            (.unavailable, 503), (.internal, 500),
        ] as [(GenerationFailure.Kind, Int)])
    func failures(kind: GenerationFailure.Kind, status: Int) {
        #expect(APIError(GenerationFailure(kind, "why")).status == status)
    }

    @Test("an invalid parameter names its field")
    func parameter() {
        let error = APIError(Rejection.invalid(InvalidParameter("top_p", "is 2, must be less")))
        #expect(error.param == "top_p")
        #expect(error.message == "top_p is 2, must be less")
    }

    @Test("every kind spells a type and a code")
    func kinds() {
        for kind in APIError.Kind.allCases {
            let error = APIError(kind, "what").json(requestID: "r")["error"]
            #expect(error?["type"]?.stringValue?.isEmpty == false)
            #expect(error?["code"]?.stringValue?.isEmpty == false)
            #expect((400...599).contains(kind.row.status))
        }
        #expect(Set(APIError.Kind.allCases.map(\.row.code)).count == APIError.Kind.allCases.count)
    }

    @Test("the documentation has the table that the server goes by")
    func documentation() throws {
        let text = try Repository.text("docs/api-errors.md")
        #expect(text.contains(APIError.Kind.table), "the table is\n\(APIError.Kind.table)")
    }

    @Test("Retry-After is whole seconds, bounded, for 429 and 503 only")
    func retryAfter() {
        let waits: [(Duration?, Int64)] = [
            (nil, 1), (.zero, 1), (.milliseconds(1), 1), (.milliseconds(1001), 2),
            (.seconds(-5), 1), (.seconds(Int64.max), 3600),
        ]
        for (wait, expected) in waits {
            let error = APIError(.overloaded, "full", retryAfter: wait)
            #expect(error.retryAfterSeconds == expected)
        }
        #expect(APIError(.internalFailure, "x", retryAfter: .seconds(9)).retryAfterSeconds == nil)
    }

    @Test("client text in an error is bounded and has no control characters")
    func shown() {
        #expect(Spelling.shown("a\u{1}b\u{7F}") == "a\u{FFFD}b\u{FFFD}")
        #expect(Spelling.shown(String(repeating: "x", count: 61)).count == 61)
        let stacked = "e" + String(repeating: "\u{301}", count: 1000)
        #expect(Spelling.shown(stacked) == "\u{FFFD}")
    }
}
