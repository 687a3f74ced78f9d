"""`switchyard.v1.Inference` as plain JSON (Protos/inference.proto)."""

import json

import httpx

from harness import chat_body

SERVICE = "/switchyard.v1.Inference/"


def run(checks, server):
    with checks.section("native API"), httpx.Client(
            http1=False, http2=True, base_url=server.url, timeout=60) as client:
        def call(method, body, status=200):
            response = client.post(SERVICE + method, json=body)
            checks.equal(f"native {method} answers", response.status_code, status)
            return response.json()

        information(checks, call)
        chat = {"messages": [{"role": "ROLE_USER", "content": "Hello there"}]}
        request = {
            "prompt": {"chat": chat}, "sampling": {"temperature": 0}, "maxTokens": 16,
            "returnTokens": True,
        }
        whole = call("Generate", request)
        text = whole["choices"][0]["text"]
        openai = json.loads(server.post(
            "/v1/chat/completions", chat_body("Hello there", max_tokens=16))[1])
        checks.equal(
            "native Generate writes what chat completions write", text,
            openai["choices"][0]["message"]["content"])
        checks.equal("native usage counts", whole["usage"]["completionTokens"], 16)
        snake = {"max_tokens" if key == "maxTokens" else key: value for key, value in request.items()}
        checks.equal(
            "native snake_case is read too", call("Generate", snake)["choices"][0]["text"], text)
        streams(checks, client, request, text)
        next_token = call("Forward", {"prompt": {"chat": chat}, "top": 3})["next"]
        checks.equal(
            "native Forward foresees Generate's first token", next_token[0]["id"],
            whole["choices"][0]["tokens"][0]["id"])
        errors(checks, client)


def information(checks, call):
    info = call("ModelInfo", {})
    checks.check(
        "native ModelInfo describes the model",
        info["name"] == "tiny" and info["contextTokens"] == 1024
        and info["vocabularySize"] == 512 and info["precision"] == "int8", info)
    text = "The License, “quoted” – and 東京."
    ids = call("Tokenize", {"prompt": {"text": text}})["ids"]
    checks.check("native Tokenize answers ids", len(ids) > 5, ids)
    checks.equal(
        "native Detokenize undoes it", call("Detokenize", {"ids": ids})["text"], text)


def streams(checks, client, request, text):
    for accept, prefix in [("text/event-stream", "data: "), ("application/x-ndjson", "")]:
        found, kinds = "", []
        with client.stream(
                "POST", SERVICE + "StreamGenerate", json=request,
                headers={"accept": accept}) as stream:
            for line in stream.iter_lines():
                if line.startswith(prefix + "{"):
                    event = json.loads(line[len(prefix):])
                    kinds.extend(event)
                    found += event.get("delta", {}).get("text", "")
        checks.equal(f"native stream as {accept} is the whole text", found, text)
        checks.check(
            f"native stream as {accept} starts and completes",
            kinds[0] == "started" and kinds[-2:] == ["finished", "completed"], kinds)


def errors(checks, client):
    table = [
        ("unknown field", "Generate", {"prompt": {"text": "x"}, "frobnicate": 1}, 400),
        ("no prompt", "Generate", {}, 400),
        ("two prompts", "Generate", {"prompt": {"text": "x", "tokens": {"ids": [1]}}}, 400),
        ("a token out of range", "Forward", {"prompt": {"tokens": {"ids": [4_000_000_000]}}}, 400),
        ("an unknown model", "ModelInfo", {"model": "gpt-9"}, 404),
        ("an unknown method", "Frobnicate", {}, 404),
    ]
    for name, method, body, status in table:
        response = client.post(SERVICE + method, json=body)
        checks.check(
            f"native {name} is refused by {status}",
            response.status_code == status and "message" in response.text,
            (response.status_code, response.text[:300]))
