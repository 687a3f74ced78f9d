"""A Dockerfile, read into stages, and the .dockerignore beside it. What the check does not carry
out is refused by its line."""

import json
import pathlib
import re
import shlex
from dataclasses import dataclass, field

# The instructions that the check carries out, with the flags that it knows.
KNOWN = {
    "FROM": (), "RUN": (), "COPY": ("from",), "ENV": (), "USER": (), "WORKDIR": (), "VOLUME": (),
    "EXPOSE": (), "STOPSIGNAL": (), "ENTRYPOINT": (), "CMD": (),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "retries"),
}


class Refusal(Exception):
    """What the check cannot carry out, or has found to be wrong."""


@dataclass
class Step:
    """One instruction."""

    line: int
    keyword: str
    text: str
    flags: dict = field(default_factory=dict)

    def refuse(self, why):
        raise Refusal(f"Dockerfile, line {self.line}: {self.keyword} {why}")

    def words(self):
        """The instruction's words, of which none may hold a variable."""
        if "$" in self.text:
            self.refuse("with a variable, which the check does not replace")
        return shlex.split(self.text)

    def list(self):
        """The words of an instruction in JSON's form; a shell would come between otherwise."""
        try:
            words = json.loads(self.text)
        except ValueError:
            words = None
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            self.refuse('must be a JSON list, like ["switchyard", "serve"]')
        return words


@dataclass
class Stage:
    """What begins with a FROM."""

    base: str
    name: str
    steps: list


def read_stages(path):
    """The stages of a Dockerfile in order."""
    stages = []
    for step in _steps(pathlib.Path(path).read_text(encoding="utf-8")):
        if step.keyword == "FROM":
            words = step.words()
            if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() != "AS"):
                step.refuse("must be 'FROM IMAGE' or 'FROM IMAGE AS NAME'")
            name = words[2] if len(words) == 3 else str(len(stages))
            stages.append(Stage(words[0], name, []))
        elif not stages:
            step.refuse("comes before the first FROM")
        else:
            stages[-1].steps.append(step)
    if not stages:
        raise Refusal("Dockerfile: has no FROM")
    return stages


def _steps(text):
    """The instructions; a line that ends in a backslash goes on in the next that is no comment."""
    parts, first = [], 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        first = first if parts else number
        continues = line.rstrip().endswith("\\")
        parts.append(line.rstrip().rstrip("\\").strip())
        if not continues:
            yield _step(first, " ".join(parts))
            parts = []
    if parts:
        raise Refusal(f"Dockerfile, line {first}: ends within an instruction")


def _step(line, text):
    keyword, _, rest = text.partition(" ")
    step = Step(line, keyword.upper(), rest.strip())
    if step.keyword not in KNOWN:
        step.refuse("is an instruction that the check does not know")
    while found := re.match(r"--([a-z-]+)=(\S+)\s+", step.text):
        if found[1] not in KNOWN[step.keyword]:
            step.refuse(f"--{found[1]} is a flag that the check does not know")
        step.flags[found[1]] = found[2]
        step.text = step.text[found.end():]
    if step.text.startswith("--") or "<<" in step.text:
        step.refuse("has a flag without value or a here-document, which the check does not know")
    return step


class Ignored:
    """What .dockerignore keeps out of a build: the last pattern that matches a path or a folder
    above it decides."""

    def __init__(self, path):
        path = pathlib.Path(path)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        lines = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        self.rules = [
            (not line.startswith("!"), _pattern(line.removeprefix("!").strip("/")))
            for line in lines]

    def __contains__(self, path):
        """Whether a path, relative to the build's folder, is kept out."""
        parts = pathlib.PurePath(path).parts
        paths = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        result = False
        for excludes, pattern in self.rules:
            if any(pattern.fullmatch(path) for path in paths):
                result = excludes
        return result


def _pattern(text):
    """A pattern of Go's filepath.Match with `**` for any number of folders."""
    expression = ""
    for part in re.findall(r"\*\*/?|\*|\?|[^*?]+", text):
        expression += {"**/": "(.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(
            part, re.escape(part))
    return re.compile(expression)
