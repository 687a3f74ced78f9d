"""Checks the native service's JSON against protobuf's own.

    python scripts/interop/native_json.py http://127.0.0.1:8080

Compiles Protos/inference.proto, sends what `google.protobuf.json_format` writes of its messages in
every spelling, and lets it parse every answer, unknown fields refused. Needs the packages
grpcio-tools and protobuf; a server that wants a key gets the one in SYDEV_API_KEY. Ends with
1 at the first difference.
"""

import importlib
import itertools
import json
import math
import os
import pathlib
import sys
import tempfile
import urllib.error
import urllib.request

from google.protobuf import json_format
from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parents[2]


def compiled():
    """The module that protoc makes from the service's file; its warnings count as errors."""
    output = tempfile.mkdtemp()
    well_known = pathlib.Path(protoc.__file__).parent / "_proto"
    status = protoc.main([
        "protoc", "--fatal_warnings", f"-I{ROOT / 'Protos'}", f"-I{well_known}",
        f"--python_out={output}", "inference.proto"])
    expect(status == 0, "protoc refuses Protos/inference.proto")
    sys.path.insert(0, output)
    return importlib.import_module("inference_pb2")


def expect(condition, message):
    if not condition:
        sys.exit(f"native_json.py: {message}")


def spellings(message):
    """The message as JSON, in every form that json_format can write."""
    for snake, defaults, numbers in itertools.product([False, True], repeat=3):
        yield json_format.MessageToJson(
            message, preserving_proto_field_name=snake,
            always_print_fields_with_no_presence=defaults, use_integers_for_enums=numbers)


class Client:
    def __init__(self, base):
        self.base = base.rstrip("/") + "/switchyard.v1.Inference/"
        self.calls = 0

    def post(self, method, body, accept="application/json"):
        """Returns the status, the content type and the text."""
        self.calls += 1
        headers = {"content-type": "application/json", "accept": accept}
        if key := os.environ.get("SYDEV_API_KEY"):
            headers["authorization"] = f"Bearer {key}"
        request = urllib.request.Request(self.base + method, body.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.headers["content-type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["content-type"], error.read().decode()


def parsed(text, kind):
    """Parses a JSON text, which must be exactly the message's JSON: without fields that protobuf does
    not know, and with all that it always prints."""
    try:
        message = json_format.Parse(text, kind())
    except json_format.ParseError as error:
        expect(False, f"{kind.DESCRIPTOR.name}: {error}: {text}")
    full = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    expect(same(full, json.loads(text)), f"{kind.DESCRIPTOR.name} is written differently: {text}")
    return message


def same(a, b):
    """Whether two JSON values are equal, floats up to their 32 bits."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) or isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-6)
    return type(a) is type(b) and a == b


def unary(client, method, request, kind):
    """Calls a method with every form of its request; returns the answers, which all must parse."""
    answers = []
    for body in spellings(request):
        status, content, text = client.post(method, body)
        expect(status == 200, f"{method} answers {status} to {body}: {text}")
        expect(content == "application/json", f"{method} answers {content}")
        answers.append(parsed(text, kind))
    return answers


def stream(client, request, pb):
    """Calls StreamGenerate as events and as lines; returns both sequences of messages."""
    sequences = []
    for accept, body in zip(
            itertools.cycle(["text/event-stream", "application/x-ndjson", "application/jsonl"]),
            spellings(request)):
        status, content, text = client.post("StreamGenerate", body, accept)
        expect(status == 200, f"StreamGenerate answers {status}: {text}")
        expect(content.startswith(accept), f"asked for {accept}, got {content}")
        if accept == "text/event-stream":
            lines = [event.removeprefix("data: ") for event in text.split("\n\n") if event]
        else:
            lines = text.splitlines()
        sequences.append([parsed(line, pb.StreamGenerateResponse) for line in lines])
    return sequences


def check_model(client, pb):
    info = unary(client, "ModelInfo", pb.ModelInfoRequest(), pb.ModelInfoResponse)[0]
    expect(client.post("ModelInfo", "")[0] == 200, "ModelInfo wants a body")
    expect(info.vocabulary_size > 0 and info.context_tokens > 0, "ModelInfo has no sizes")
    expect(info.architecture.layers > 0 and info.weight_bytes > 0, "ModelInfo has no form")
    named = pb.ModelInfoRequest(model=info.name)
    expect(unary(client, "ModelInfo", named, pb.ModelInfoResponse)[0] == info, "a name changes it")
    return info


def check_tokens(client, pb):
    """Tokenizes a text and back; returns its tokens."""
    text = "The capital of France is héé 😀\n"
    request = pb.TokenizeRequest(
        prompt=pb.Prompt(text=text, add_special_tokens=False), return_bytes=True)
    ids = unary(client, "Tokenize", request, pb.TokenizeResponse)[0]
    expect(len(ids.ids) == len(ids.bytes) > 0, "Tokenize answers no bytes")
    back = pb.DetokenizeRequest(ids=ids.ids, keep_special_tokens=True)
    answer = unary(client, "Detokenize", back, pb.DetokenizeResponse)[0]
    expect(answer.text.strip() == text.strip(), f"'{text}' comes back as '{answer.text}'")
    return ids.ids


def prompts(pb, info):
    yield pb.Prompt(text="The capital of France is")
    yield pb.Prompt(tokens=pb.TokenIds(ids=[1, 2, 3]))
    if info.has_chat_template:
        prompt = pb.Prompt()
        prompt.chat.messages.add(role=pb.ROLE_SYSTEM, content="Be brief.")
        prompt.chat.messages.add(role=pb.ROLE_USER, content="Name a colour.", name="Ann")
        # What no template reads would be refused; these are the tiny model's and ChatML's.
        prompt.chat.add_generation_prompt = True
        yield prompt


def check_generation(client, pb, info):
    for prompt in prompts(pb, info):
        request = pb.GenerateRequest(
            model=info.name, prompt=prompt, max_tokens=6, choices=2, logprobs=3,
            prompt_logprobs=1, priority=-1, stop=["\0never"], return_tokens=True)
        request.sampling.temperature = 0.75
        request.sampling.top_k = 50
        request.sampling.seed = 2**64 - 1
        request.sampling.logit_bias[5] = -1.5
        request.deadlines.total.FromMilliseconds(100_500)
        answers = unary(client, "Generate", request, pb.GenerateResponse)
        first = answers[0]
        expect(first.seed == 2**64 - 1, "the seed comes back as another")
        expect([choice.index for choice in first.choices] == [0, 1], "choices are out of order")
        expect(len({answer.id for answer in answers}) == len(answers), "ids are not unique")
        for answer in answers:
            expect(
                [choice.text for choice in answer.choices]
                == [choice.text for choice in first.choices], "spellings change the answer")
        expect(len(first.prompt) == first.usage.prompt_tokens, "prompt tokens are missing")
        expect(not first.prompt[0].HasField("logprob"), "the first token has a probability")
        expect(all(token.HasField("logprob") for token in first.prompt[1:]), "others have none")
        for sequence in stream(client, request, pb):
            check_sequence(sequence, first)


def check_sequence(sequence, whole):
    """A stream has the content of the whole answer, in order."""
    kinds = [message.WhichOneof("event") for message in sequence]
    expect(kinds[0] == "started" and kinds[-1] == "completed", f"a stream is {kinds}")
    expect(set(kinds[1:-1]) <= {"delta", "finished"}, f"a stream is {kinds}")
    expect(len(sequence[0].started.prompt) == len(whole.prompt), "a stream lacks prompt tokens")
    for choice in whole.choices:
        deltas = [
            message.delta for message in sequence
            if message.HasField("delta") and message.delta.index == choice.index]
        finished = [
            message.finished for message in sequence
            if message.HasField("finished") and message.finished.index == choice.index]
        expect("".join(delta.text for delta in deltas) == choice.text, "a stream's text differs")
        ids = [token.id for delta in deltas for token in delta.tokens]
        expect(ids == [token.id for token in choice.tokens], "a stream's tokens differ")
        expect([end.finish_reason for end in finished] == [choice.finish_reason], "ends differ")
    usage = sequence[-1].completed.usage
    expect(usage.completion_tokens == whole.usage.completion_tokens, "a stream's usage differs")


def check_forward(client, pb, ids):
    prompt = pb.Prompt(tokens=pb.TokenIds(ids=ids))
    request = pb.ForwardRequest(prompt=prompt, top=5, prompt_logprobs=2)
    answer = unary(client, "Forward", request, pb.ForwardResponse)[0]
    expect(len(answer.next) == 5 and len(answer.prompt) == len(ids), "Forward lacks tokens")
    logprobs = [token.logprob for token in answer.next]
    expect(logprobs == sorted(logprobs, reverse=True) and logprobs[0] <= 0, "Forward is unordered")
    greedy = pb.GenerateRequest(
        prompt=prompt, max_tokens=1, logprobs=5, ignore_end_tokens=True, keep_special_tokens=True)
    greedy.sampling.temperature = 0
    token = unary(client, "Generate", greedy, pb.GenerateResponse)[0].choices[0].tokens
    expect(not token or token[0].id == answer.next[0].id, "Forward and Generate disagree")


def check_failures(client, pb):
    cases = [
        ("Generate", "{}", 400, "invalid_argument", "prompt"),
        ("Generate", '{"promt": {}}', 400, "invalid_argument", "promt"),
        ("Generate", '{"max_tokens": 1, "maxTokens": 1}', 400, "invalid_argument", "max_tokens"),
        ("Generate", '{"prompt": {"text": "a", "chat": {}}}', 400, "invalid_argument", "prompt"),
        ("Generate", '{"priority": 2147483648}', 400, "invalid_argument", "priority"),
        ("StreamGenerate", '{"model": "none"}', 404, "not_found", "model"),
        ("StreamGenerate", "{", 400, "invalid_argument", None),
        ("Embed", '{"prompts": [{"text": "a"}]}', 501, "unimplemented", None),
        ("Nothing", "{}", 404, "unimplemented", None),
    ]
    for method, body, status, code, field in cases:
        found, _, text = client.post(method, body)
        expect(found == status, f"{method} answers {found} to {body}")
        failure = parsed(text, pb.Failure)
        expect(failure.code == code and failure.message, f"{method} answers {text} to {body}")
        expect((failure.field or None) == field, f"{method} answers {text} to {body}")
        expect(failure.request_id, f"{method} gives no request id: {text}")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    pb = compiled()
    client = Client(sys.argv[1])
    info = check_model(client, pb)
    ids = check_tokens(client, pb)
    check_generation(client, pb, info)
    check_forward(client, pb, ids)
    check_failures(client, pb)
    print(f"native_json.py: {client.calls} calls agree with protobuf's JSON ({info.name})")


if __name__ == "__main__":
    main()
