import Generation

/// The methods of `switchyard.v1.Inference`, in some codec. Bodies are decoded, and whole answers
/// encoded, on a thread that has the time.
package struct InferenceService<Codec: MessageCodec>: Sendable {
    private let context: APIContext
    private let codec: Codec

    package init(_ context: APIContext, _ codec: Codec) {
        self.context = context
        self.codec = codec
    }

    package func generate(_ call: Call, _ reply: any UnaryReply) {
        start(V1.GenerateRequest.self, call, refuse: reply.fail) {
            WholeGeneration($0, call, refuse: reply.fail) { answer($0, bytes: $1, call, reply) }
        }
    }

    package func streamGenerate(_ call: Call, _ reply: any StreamReply) {
        start(V1.GenerateRequest.self, call, refuse: reply.fail) {
            StreamedGeneration($0, call, reply)
        }
    }

    package func forward(_ call: Call, _ reply: any UnaryReply) {
        start(V1.ForwardRequest.self, call, refuse: reply.fail) {
            ForwardPassAnswer($0, call, refuse: reply.fail) { answer($0, bytes: $1, call, reply) }
        }
    }

    /// No engine makes embeddings; the request is checked all the same.
    package func embed(_ call: Call, _ reply: any UnaryReply) {
        compute(call, reply) {
            (request: V1.EmbedRequest) throws(APIError) -> V1.ModelInfoResponse in
            let model = try context.catalog.find(native: request.model).description
            throw APIError(
                .noEmbeddings,
                "the model '\(model.name)' makes no embeddings; ModelInfo says so by "
                    + "has_embeddings")
        }
    }

    package func tokenize(_ call: Call, _ reply: any UnaryReply) {
        compute(call, reply) { (request: V1.TokenizeRequest) throws(APIError) in
            let model = try context.catalog.find(native: request.model).description
            let prompt = request.prompt ?? V1.Prompt()
            guard prompt.tokens == nil else {
                throw RequestFields.invalid("prompt.tokens", "are tokens already")
            }
            let ids = try Prompting.encode(prompt.source(for: model, path: "prompt"), model)
            var response = V1.TokenizeResponse()
            response.model = model.name
            response.ids = ids.map { UInt32(clamping: $0) }
            if request.returnBytes { response.bytes = ids.map { model.codec.bytes(of: $0) } }
            return response
        }
    }

    package func detokenize(_ call: Call, _ reply: any UnaryReply) {
        compute(call, reply) { (request: V1.DetokenizeRequest) throws(APIError) in
            let model = try context.catalog.find(native: request.model).description
            guard request.ids.count <= Operations.tokensMax else {
                throw RequestFields.invalid(
                    "ids", "may hold \(Operations.tokensMax), found \(request.ids.count)")
            }
            let ids = try RequestFields.tokens(
                ids: request.ids, vocabularySize: model.vocabularySize, path: "ids")
            var response = V1.DetokenizeResponse()
            response.model = model.name
            response.text = model.codec.decode(ids, skipSpecial: !request.keepSpecialTokens)
            return response
        }
    }

    package func modelInfo(_ call: Call, _ reply: any UnaryReply) {
        compute(call, reply) { (request: V1.ModelInfoRequest) throws(APIError) in
            V1.ModelInfoResponse(try context.catalog.find(native: request.model).description)
        }
    }

    private func start<Request: NativeOrder.Source>(
        _ request: Request.Type, _ call: Call, refuse: @escaping (APIError) -> Void,
        reader: @escaping (NativeOrder) -> any TokenReader
    ) {
        TokenStream.start(
            call, in: context,
            decode: { [codec] (inquiry, context) throws(APIError) in
                let request: Request = try codec.decode(inquiry)
                return try request.order(inquiry, context)
            }, reader: reader, refuse: refuse)
    }

    /// Answers with a message of so many bytes by estimate.
    private func answer(
        _ message: some ProtoMessage, bytes: Int, _ call: Call, _ reply: any UnaryReply
    ) {
        context.prompting.write(for: call, bytes: bytes) { [codec] in
            codec.encode(message)
        } then: {
            reply.answer(encoded: $0)
        }
    }

    private func compute<Request: ProtoMessage, Response: ProtoMessage>(
        _ call: Call, _ reply: any UnaryReply,
        _ work: @escaping @Sendable (Request) throws(APIError) -> Response
    ) {
        context.prompting.perform(for: call) { (inquiry, cancellation) throws(APIError) in
            let request: Request = try codec.decode(inquiry)
            try cancellation.check()
            return codec.encode(try work(request))
        } then: { result in
            switch result {
            case .success(let bytes): reply.answer(encoded: bytes)
            case .failure(let error): reply.fail(error)
            }
        }
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
