"""Checks of how Dockerfiles and .dockerignore files are read."""

import pathlib
import tempfile

from dockerfile import Ignored, Refusal, read_stages

REFUSED = {
    "ARG A=1\nFROM a\n": "line 1: ARG is an instruction",
    "RUN a\n": "line 1: RUN comes before the first FROM",
    "FROM a\nRUN --mount=type=cache,target=/a b\n": "line 2: RUN --mount is a flag",
    "FROM a\n\nCOPY --link a b\n": "line 3: COPY has a flag without value",
    "FROM a\nRUN <<E\n": "here-document",
    "FROM a b\n": "line 1: FROM must be",
    "FROM $a\n": "line 1: FROM with a variable",
    "FROM a\nRUN b \\\n": "ends within an instruction",
    "# nothing\n": "has no FROM",
}

STAGES = """# comment
FROM a AS one
RUN b \\
    # comment
    && c
COPY --from=other d e /f/
from one
CMD ["g"]
"""

# Patterns, then paths with whether they are kept out.
IGNORED = {
    "*\n!Sources\n!models/a.json": {
        "Sources": False, "Sources/A/B.swift": False, "models/a.json": False, "models/b": True,
        "keys.txt": True},
    "# comment\n**/*.key\nb": {"a.key": True, "c/d/a.key": True, "b/c": True, "c/b": False},
    "a?c": {"abc": True, "a/c": False},
}


def run(checks):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "Dockerfile"

        def stages(text):
            path.write_text(text, encoding="utf-8")
            return read_stages(path)

        wrong = []
        for text, words in REFUSED.items():
            try:
                wrong.append((text, stages(text)))
            except Refusal as refused:
                if words not in str(refused):
                    wrong.append((text, str(refused)))
        checks.equal("what is not known is refused by its line", wrong, [])
        found = [
            (stage.base, stage.name,
             [(step.line, step.keyword, step.text, step.flags) for step in stage.steps])
            for stage in stages(STAGES)]
        checks.equal("stages are read as", found, [
            ("a", "one", [(3, "RUN", "b && c", {}), (6, "COPY", "d e /f/", {"from": "other"})]),
            ("one", "1", [(8, "CMD", '["g"]', {})])])
        wrong = []
        for patterns, paths in IGNORED.items():
            path.write_text(patterns, encoding="utf-8")
            ignored = Ignored(path)
            wrong += [name for name, expected in paths.items() if (name in ignored) != expected]
        checks.equal("paths that .dockerignore decides wrongly", wrong, [])
