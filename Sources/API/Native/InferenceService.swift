import Generation
import HTTP

/// Where a method's single answer goes, in some codec. Used on the call's I/O thread.
package protocol UnaryReply: AnyObject {
    func answer(_ message: some ProtoMessage)
    func fail(_ error: APIError)
}

/// Where a method's stream of answers goes, in some codec and framing. Used on the call's I/O thread.
package protocol StreamReply: AnyObject {
    /// Sends a message; nothing is sent before the first, so that an earlier failure has its status.
    func send(_ message: some ProtoMessage)
    func finish()
    /// Ends the stream, begun or not.
    func fail(_ error: APIError)
}

/// The methods of `switchyard.v1.Inference`, whatever the codec. What a method throws, its caller
/// gives to the reply.
package struct InferenceService: Sendable {
    private let context: APIContext

    package init(_ context: APIContext) {
        self.context = context
    }

    package func generate(
        _ request: V1.GenerateRequest, _ call: Call, _ reply: any UnaryReply
    ) throws(APIError) {
        let order = try NativeOrder(request, call, catalog: context.catalog)
        start(order, call, WholeGeneration(order, call, reply))
    }

    package func streamGenerate(
        _ request: V1.GenerateRequest, _ call: Call, _ reply: any StreamReply
    ) throws(APIError) {
        let order = try NativeOrder(request, call, catalog: context.catalog)
        start(order, call, StreamedGeneration(order, call, reply))
    }

    package func forward(
        _ request: V1.ForwardRequest, _ call: Call, _ reply: any UnaryReply
    ) throws(APIError) {
        let order = try NativeOrder(request, call, catalog: context.catalog)
        start(order, call, ForwardPassAnswer(order, call, reply))
    }

    /// No engine makes embeddings; the request is checked all the same.
    package func embed(
        _ request: V1.EmbedRequest, _ call: Call, _ reply: any UnaryReply
    ) throws(APIError) {
        let model = try context.catalog.find(native: request.model).description
        throw APIError(
            .noEmbeddings,
            "the model '\(model.name)' makes no embeddings; ModelInfo says so by has_embeddings")
    }

    package func tokenize(
        _ request: V1.TokenizeRequest, _ call: Call, _ reply: any UnaryReply
    ) throws(APIError) {
        let model = try context.catalog.find(native: request.model).description
        let prompt = request.prompt ?? V1.Prompt()
        guard prompt.tokens == nil else {
            throw RequestFields.invalid("prompt.tokens", "are tokens already")
        }
        let source = try prompt.source(for: model, path: "prompt")
        context.prompting.tokens(
            of: [source], for: model, bytes: call.request.body.count, port: call.exchange.port
        ) { result in
            switch result {
            case .failure(let error): reply.fail(error)
            case .success(let prompts):
                var response = V1.TokenizeResponse()
                response.model = model.name
                response.ids = prompts[0].map { UInt32(clamping: $0) }
                if request.returnBytes {
                    response.bytes = prompts[0].map { model.codec.bytes(of: $0) }
                }
                reply.answer(response)
            }
        }
    }

    package func detokenize(
        _ request: V1.DetokenizeRequest, _ call: Call, _ reply: any UnaryReply
    ) throws(APIError) {
        let model = try context.catalog.find(native: request.model).description
        guard request.ids.count <= Operations.tokensMax else {
            throw RequestFields.invalid(
                "ids", "may hold \(Operations.tokensMax), found \(request.ids.count)")
        }
        let ids = try V1.tokens(request.ids, model, path: "ids")
        var response = V1.DetokenizeResponse()
        response.model = model.name
        response.text = model.codec.decode(ids, skipSpecial: !request.keepSpecialTokens)
        reply.answer(response)
    }

    package func modelInfo(
        _ request: V1.ModelInfoRequest, _ call: Call, _ reply: any UnaryReply
    ) throws(APIError) {
        let model = try context.catalog.find(native: request.model).description
        reply.answer(V1.ModelInfoResponse(model))
    }

    private func start(_ order: NativeOrder, _ call: Call, _ reader: any TokenReader) {
        TokenStream.start(
            order.order, on: order.model, call: call, prompting: context.prompting,
            sinks: context.sinks, reader: reader)
    }
}

extension V1.ModelInfoResponse {
    init(_ model: ModelDescription) {
        self.init()
        name = model.name
        aliases = model.aliases
        fingerprint = model.fingerprint
        created = model.created
        contextTokens = UInt32(clamping: model.contextMax)
        vocabularySize = UInt32(clamping: model.vocabularySize)
        endTokenIDs = model.endTokens.map { UInt32(clamping: $0) }
        hasChatTemplate = model.template != nil
        defaultSampling = V1.SamplingParameters(model.defaults)
        let build = model.build
        var architecture = Architecture()
        architecture.family = build.family
        architecture.layers = UInt32(clamping: build.layers)
        architecture.hiddenSize = UInt32(clamping: build.hidden)
        architecture.experts = UInt32(clamping: build.experts)
        architecture.expertsPerToken = UInt32(clamping: build.expertsPerToken)
        self.architecture = architecture
        precision = build.precision
        weightBytes = UInt64(clamping: build.weightBytes)
        cacheBytes = UInt64(clamping: build.cacheBytes)
    }
}
