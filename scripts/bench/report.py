"""The Markdown of a run."""

import shlex
import statistics


def number(rate):
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"


class Samples:
    """The samples of all cases."""

    def __init__(self):
        self.all = []

    def add(self, **sample):
        self.all.append(sample)

    def of(self, model, case, engine, field="tokens_per_second"):
        return [
            sample[field] for sample in self.all
            if (sample["model"], sample["case"], sample["engine"]) == (model, case, engine)]

    def median(self, *key, **options):
        values = self.of(*key, **options)
        return statistics.median(values) if values else None


def rows(samples, models, cases, peers):
    """The table: ours, the share of the limit, and each peer with ours divided by it."""
    header = ["model", "case", "ours", "share of the limit"]
    for peer in peers:
        header += [peer, "ratio"]
    yield header
    yield ["---"] * len(header)
    for model in models:
        for case in cases:
            ours = samples.median(model.name, case.key, "ours")
            if ours is None:
                continue
            share = samples.median(model.name, case.key, "ours", field="share_of_limit")
            row = [model.name, case.title, number(ours), f"{100 * share:.0f} %"]
            for peer in peers:
                theirs = samples.median(model.name, case.key, peer)
                row += ["–", "–"] if theirs is None else [number(theirs), f"{ours / theirs:.2f}"]
            yield row


def markdown(about, samples, models, cases, engines, commands, left_out):
    peers = [engine.name for engine in engines if engine.name != "ours"]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows(samples, models, cases, peers))
    others = max((sample["others_percent"] for sample in samples.all), default=0)
    text = [
        "# Ours beside its peers", "",
        f"Machine: {about['machine']}; {about['threads']} threads. Commit {about['commit']}, "
        f"{about['date']}.", "",
        "Tokens a second: medians of the samples, of which each engine has two a round "
        f"(rounds: {about['rounds']}), in the order A B B A. Others used at most {others:.1f} % of "
        "the CPUs while a sample was taken.", ""]
    text += [f"- {model.name}: {model.title}" for model in models]
    text += [f"- {engine.name}: {engine.version}" for engine in engines if engine.version]
    text += [f"- {name} is left out: {reason}" for name, reason in left_out.items()]
    text += ["", table, "", "## Commands", "", f"    {about['command']}"]
    for model in models:
        text += ["", f"{model.title}:", ""]
        for (name, _, _), command in commands.items():
            if name == model.name:
                text.append(f"    {command}")
    return "\n".join(text) + "\n"


def command_line(words):
    """As a shell takes it; the words of a here-string are quoted already."""
    if "<<<" in words:
        return " ".join(words)
    return shlex.join(words)
