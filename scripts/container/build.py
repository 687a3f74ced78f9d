"""Takes a Dockerfile's steps, stage by stage."""

import copy
import pathlib
import re
import shutil
import subprocess
import time

from bases import Bases
from dockerfile import Ignored, Refusal, read_stages

COMPILE = "scripts/build.sh --static switchyard"


class Build:
    """Builds the stages that a target needs, each once."""

    def __init__(self, context, work, host, say, binary=None):
        """`binary` is taken in the place of what the step that compiles would make."""
        self.context = pathlib.Path(context)
        self.work = pathlib.Path(work)
        self.host = host
        self.say = say
        self.stages = read_stages(self.context / "Dockerfile")
        self.ignored = Ignored(self.context / ".dockerignore")
        steps = [step.text for stage in self.stages for step in stage.steps]
        if binary and not any(COMPILE in text for text in steps):
            raise Refusal(f"--binary: no step of the Dockerfile says '{COMPILE}'")
        self.bases = Bases(work, host)
        self.images = {}
        self.binary = binary

    def image(self, name=None):
        """The image of a stage; of the last one without a name."""
        numbers = [index for index, stage in enumerate(self.stages) if stage.name == name]
        if name is None:
            numbers = [len(self.stages) - 1]
        if not numbers:
            names = ", ".join(stage.name for stage in self.stages)
            raise Refusal(f"Dockerfile: has no stage '{name}'; there are {names}")
        return self._image(numbers[-1])

    def _image(self, number):
        if number in self.images:
            return self.images[number]
        stage = self.stages[number]
        root = self.work / f"stage-{number}"
        base = self._before(number, stage.base)
        if base is None:
            start = time.monotonic()
            image = self.bases.image(stage.base, root)
            self.say(f"FROM {stage.base}: {time.monotonic() - start:.0f} s")
        else:
            image = copy.deepcopy(self._image(base))
            subprocess.run(["cp", "-a", "--reflink=auto", image.root, root], check=True)
            image.root = root
        for step in stage.steps:
            start = time.monotonic()
            self._take(step, number, image)
            if step.keyword == "RUN":
                seconds = time.monotonic() - start
                self.say(f"line {step.line}: RUN {step.text[:60]}…: {seconds:.0f} s")
        self.images[number] = image
        return image

    def _before(self, number, name):
        """The stage of that name before another."""
        names = [stage.name for stage in self.stages[:number]]
        return number - 1 - names[::-1].index(name) if name in names else None

    def _take(self, step, number, image):
        match step.keyword:
            case "RUN":
                text = self._without_compiling(step.text, image)
                image.run(text, self.host, self.work / f"line-{step.line}.log")
            case "COPY":
                self._copy(step, number, image)
            case "ENV":
                for word in step.words():
                    name, equals, value = word.partition("=")
                    if not equals:
                        step.refuse("must be NAME=VALUE")
                    image.environment[name] = value
            case "WORKDIR":
                image.folder = step.text
                image.inside(".").mkdir(parents=True, exist_ok=True)
            case "USER":
                if not re.fullmatch(r"\d+:\d+", step.text):
                    step.refuse("must be two numbers, like 10001:10001")
                image.user = step.text
            case "VOLUME":
                image.volumes += step.words()
            case "EXPOSE":
                if not re.fullmatch(r"\d+", step.text):
                    step.refuse("must be one port, without a protocol")
                image.ports.append(int(step.text))
            case "STOPSIGNAL":
                image.stop_signal = step.text
            case "ENTRYPOINT":
                image.entrypoint, image.command = step.list(), []
            case "CMD":
                image.command = step.list()
            case "HEALTHCHECK":
                self._health(step, image)

    def _without_compiling(self, text, image):
        """The step's text; if a binary was given, that is where the compiler would put one, and
        SwiftPM only reads the package, and misses what was not copied."""
        if self.binary is None or COMPILE not in text:
            return text
        place = image.inside(".build/release/switchyard")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(self.binary, place)
        return text.replace(COMPILE, "swift package describe >/dev/null")

    @staticmethod
    def _health(step, image):
        keyword, _, rest = step.text.partition(" ")
        if keyword != "CMD":
            step.refuse("must be HEALTHCHECK … CMD")
        step.text = rest.strip()
        image.health = step.list()
        seconds = step.flags.get("timeout", "30s")
        if not seconds.endswith("s") or not seconds[:-1].isdigit():
            step.refuse("--timeout must be seconds, like 5s")
        image.health_seconds = float(seconds[:-1])

    def _copy(self, step, number, image):
        *sources, target = step.words()
        if not sources:
            step.refuse("needs a source and a target")
        place = image.inside(target)
        into = target.endswith("/") or len(sources) > 1 or place.is_dir()
        stage = step.flags.get("from")
        for source in sources:
            found, is_ignored = self._source(step, number, stage, source)
            if found.is_dir():
                self._copy_folder(found, place, is_ignored)
            elif found.is_file():
                file = place / pathlib.PurePath(source).name if into else place
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, file)
            else:
                step.refuse(f"{source}: no such file or folder")

    def _source(self, step, number, stage, source):
        """Where a source lies, and what tells of a path below it whether it is kept out."""
        if stage is None:
            found = self.context / source
            ignored = self.ignored

            def is_ignored(path):
                return str(path.relative_to(self.context)) in ignored
            if found.is_file() and is_ignored(found):
                step.refuse(f"{source}: .dockerignore keeps it out")
            return found, is_ignored
        index = self._before(number, stage)
        if index is None:
            step.refuse(f"--from={stage}: there is no such stage before it")
        return self._image(index).root / source.lstrip("/"), lambda _: False

    @staticmethod
    def _copy_folder(source, target, is_ignored):
        """Copies what a folder holds; the folders above a file are made for it."""
        for path in sorted(source.rglob("*")):
            if path.is_dir() and not path.is_symlink() or is_ignored(path):
                continue
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place, follow_symlinks=False)
