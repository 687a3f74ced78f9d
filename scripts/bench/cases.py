"""What is measured."""

import dataclasses
import json


@dataclasses.dataclass(frozen=True)
class Case:
    """Prefill of one prompt, or decode of some sequences together; either as tokens a second."""

    key: str
    title: str
    kind: str  # "prefill" or "decode"
    tokens: int  # of the prompt, or decoded by each sequence
    # How often a run measures it: the run's figure is the median. Long cases need no repetition.
    repetitions: int
    sequences: int = 1
    depth: int = 0  # tokens in the cache before decoding

    def text(self):
        return json.dumps(dataclasses.asdict(self))


CASES = [
    Case("prefill-512", "prefill 512", "prefill", 512, 3),
    Case("prefill-2048", "prefill 2048", "prefill", 2048, 1),
    Case("decode-1", "decode, 1 sequence", "decode", 64, 3),
    Case("decode-8", "decode, 8 sequences", "decode", 32, 3, sequences=8),
    Case("decode-32", "decode, 32 sequences", "decode", 32, 2, sequences=32),
    Case("decode-2048", "decode at depth 2048", "decode", 64, 1, depth=2048),
]
