"""The `openai` package as a client."""

import asyncio

import openai

from harness import chat_body


def client_of(server, **options):
    return openai.OpenAI(base_url=server.url + "/v1", api_key="unused", max_retries=0, **options)


def run(checks, server, label, expects_sense):
    """`expects_sense`: whether the model knows France's capital."""
    client = client_of(server)
    with checks.section(f"{label}: openai models"):
        models = client.models.list().data
        checks.equal(f"{label}: openai lists one model", len(models), 1)
        model = models[0].id
        checks.equal(f"{label}: openai retrieves it", client.models.retrieve(model).id, model)
    with checks.section(f"{label}: openai chat"):
        chat(checks, client, model, label, expects_sense)
    with checks.section(f"{label}: openai choices"):
        choices(checks, client, model, label)
    with checks.section(f"{label}: openai stop strings"):
        stops(checks, client, model, label)
    with checks.section(f"{label}: openai log-probabilities"):
        logprobs(checks, client, model, label)
    with checks.section(f"{label}: openai seeds"):
        seeds(checks, client, model, label)
    with checks.section(f"{label}: openai completions"):
        completions(checks, client, model, label)
    with checks.section(f"{label}: openai errors"):
        errors(checks, client, model, label)
    with checks.section(f"{label}: openai concurrency"):
        asyncio.run(concurrency(checks, server, model, label))


def chat(checks, client, model, label, expects_sense):
    request = chat_body("What is the capital of France?", model=model)
    whole = client.chat.completions.create(**request)
    text = whole.choices[0].message.content
    checks.check(f"{label}: openai chat answers", bool(text), whole)
    if expects_sense:
        checks.check(f"{label}: the answer names Paris", "Paris" in text, text)
    usage = whole.usage
    checks.check(
        f"{label}: openai usage adds up",
        usage.prompt_tokens > 0 and 0 < usage.completion_tokens <= 24
        and usage.total_tokens == usage.prompt_tokens + usage.completion_tokens, usage)
    stream = client.chat.completions.create(
        **request, stream=True, stream_options={"include_usage": True})
    parts, reasons, usages = [], [], []
    for chunk in stream:
        if chunk.usage:
            usages.append(chunk.usage)
        for choice in chunk.choices:
            parts.append(choice.delta.content or "")
            if choice.finish_reason:
                reasons.append(choice.finish_reason)
    checks.equal(f"{label}: openai stream is the whole answer", "".join(parts), text)
    checks.equal(
        f"{label}: openai stream ends once, for the same reason", reasons,
        [whole.choices[0].finish_reason])
    checks.equal(
        f"{label}: openai stream reports usage once",
        [(usage.prompt_tokens, usage.completion_tokens) for usage in usages],
        [(usage.prompt_tokens, usage.completion_tokens)])


def choices(checks, client, model, label):
    greedy = client.chat.completions.create(**chat_body("Tell me more.", model=model), n=2)
    texts = [choice.message.content for choice in greedy.choices]
    checks.check(f"{label}: openai n=2 greedy choices are equal", texts[0] == texts[1], texts)
    request = chat_body("Tell me more.", model=model, temperature=1.5, seed=7)
    drawn = client.chat.completions.create(**request, n=3)
    texts = [choice.message.content for choice in drawn.choices]
    checks.equal(f"{label}: openai n=3 indices", [c.index for c in drawn.choices], [0, 1, 2])
    checks.equal(f"{label}: openai n=3 drawn choices differ", len(set(texts)), 3)
    streamed = ["", "", ""]
    for chunk in client.chat.completions.create(**request, n=3, stream=True):
        for choice in chunk.choices:
            streamed[choice.index] += choice.delta.content or ""
    checks.equal(f"{label}: openai n=3 stream gives the same texts", streamed, texts)


def stops(checks, client, model, label):
    request = chat_body("Write a sentence.", model=model)
    text = client.chat.completions.create(**request).choices[0].message.content
    middle = len(text) // 2
    stop = text[middle:middle + 4]
    expected = text[:text.index(stop)]
    cut = client.chat.completions.create(**request, stop=[stop, "never in there"])
    checks.equal(f"{label}: openai stop cuts the text", cut.choices[0].message.content, expected)
    checks.equal(f"{label}: openai stop is the reason", cut.choices[0].finish_reason, "stop")
    streamed = "".join(
        chunk.choices[0].delta.content or ""
        for chunk in client.chat.completions.create(**request, stop=stop, stream=True)
        if chunk.choices)
    checks.equal(f"{label}: openai stop cuts the stream", streamed, expected)


def logprobs(checks, client, model, label):
    answer = client.chat.completions.create(
        **chat_body("Count.", model=model), logprobs=True, top_logprobs=3)
    tokens = answer.choices[0].logprobs.content
    checks.check(
        f"{label}: openai log-probabilities, one a token",
        answer.usage.completion_tokens - len(tokens) in (0, 1), len(tokens))
    checks.check(
        f"{label}: openai greedy tokens are the likeliest",
        all(
            len(token.top_logprobs) == 3 and token.logprob == token.top_logprobs[0].logprob
            and token.logprob <= 0 for token in tokens), tokens[:2])
    text = b"".join(bytes(token.bytes) for token in tokens).decode(errors="replace")
    content = answer.choices[0].message.content
    checks.check(f"{label}: openai tokens spell the text", text.startswith(content), (text, content))


def seeds(checks, client, model, label):
    request = chat_body("A story, please.", model=model, temperature=1.2, top_p=0.95)

    def text(seed):
        return client.chat.completions.create(**request, seed=seed).choices[0].message.content

    checks.equal(f"{label}: openai same seed, same text", text(11), text(11))
    checks.check(f"{label}: openai other seed, other text", text(11) != text(12))


def completions(checks, client, model, label):
    request = {"model": model, "prompt": "Once upon a time", "max_tokens": 12, "temperature": 0}
    text = client.completions.create(**request).choices[0].text
    checks.check(f"{label}: openai completion answers", bool(text), text)
    streamed = "".join(
        chunk.choices[0].text
        for chunk in client.completions.create(**request, stream=True) if chunk.choices)
    checks.equal(f"{label}: openai completion streams it", streamed, text)
    with_echo = client.completions.create(**request, echo=True, logprobs=2).choices[0]
    checks.equal(f"{label}: openai completion echoes", with_echo.text, request["prompt"] + text)
    pair = client.completions.create(**{**request, "prompt": ["Once upon a time", "The end"]})
    checks.equal(f"{label}: openai completes two prompts", len(pair.choices), 2)
    checks.equal(f"{label}: openai first of two is the same", pair.choices[0].text, text)


def errors(checks, client, model, label):
    cases = [
        ("unknown model", openai.NotFoundError, {"model": "no-such-model"}),
        ("negative max_tokens", openai.BadRequestError, {"max_tokens": -1}),
        ("temperature 9", openai.BadRequestError, {"temperature": 9}),
        ("unknown field", openai.BadRequestError, {"extra_body": {"no_such_field": 1}}),
        ("no message", openai.BadRequestError, {"messages": []}),
    ]
    for name, kind, fields in cases:
        try:
            client.chat.completions.create(**{**chat_body("Hi", model=model), **fields})
            checks.check(f"{label}: openai {name}", False, "was answered")
        except openai.APIStatusError as error:
            checks.check(
                f"{label}: openai {name} is {kind.__name__}",
                isinstance(error, kind) and bool(error.message), error)


async def concurrency(checks, server, model, label):
    client = openai.AsyncOpenAI(base_url=server.url + "/v1", api_key="unused", max_retries=0)
    requests = [chat_body(f"Say {word}", model=model) for word in ("one", "two", "three", "four")]

    async def text(request):
        answer = await client.chat.completions.create(**request)
        return answer.choices[0].message.content

    alone = [await text(request) for request in requests]
    together = await asyncio.gather(*(text(request) for request in requests * 2))
    checks.equal(f"{label}: openai 8 at once answer as alone", together, alone * 2)
    await client.close()
