#!/usr/bin/env python3
"""Compares `switchyard render` with transformers' Jinja environment.

    python scripts/differential/chat_templates.py [--templates shared/fixtures/chat/templates]
        [--count 2000] [--seed 1] [--program .build/release/switchyard]

First parts.jinja and every template of --templates over many conversations, then the templates of
small_templates.txt, one a line, and random small templates: expressions, filters, tests, methods, loops, macros and white space control over a fixed set
of variables. Where the reference fails the program must fail; a feature that it refuses by name is
counted, not a difference. Exits 1 where texts differ.

Needs transformers 5, jinja2.
"""
import argparse, collections, copy, datetime, glob, itertools, json, os, random, subprocess, sys, tempfile

import jinja2
from transformers.utils import chat_template_utils

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)


class FixedNow(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_template_utils.datetime = FixedNow


def message(role, content, **more):
    return dict(role=role, content=content, **more)


def call(name, arguments, id="abcdefghi"):
    return dict(type="function", id=id, function=dict(name=name, arguments=arguments))


WEATHER = dict(type="function", function=dict(name="get_weather", description=" The weather <now> & later. ", parameters=dict(type="object", properties=dict(
    city=dict(type="string", description="e.g. \"Zürich\" or 'Köln'"), unit=dict(type="string", enum=["celsius", "fahrenheit"], default=None), days=dict(type=["integer", "null"], minimum=1, maximum=1e3)), required=["city"])))
ADD = dict(type="function", function=dict(name="add", description="Adds.", parameters=dict(type="object", properties=dict(a=dict(type="number"), b=dict(type="number"), deep=dict(type="array", items=dict(type="object", properties={})))), strict=True))
TEXTS = ["Hello", "", "  spaced \n", "<think>\nhm & haw\n</think>\n\nAnswer", "ünïcödé 你好 😀 \u2028 \x07", "{{ not }} {% a %} {# template #}", "a\\nb \"q\" 'q' </s>", "line\r\nline\n\n", "<|im_end|>", "x" * 60]


def conversations(r, n):
    for _ in range(n):
        messages, tools = [], r.choice([None, None, [WEATHER], [WEATHER, ADD], []])
        if r.random() < 0.4:
            messages.append(message("system", r.choice(TEXTS)))
        for _ in range(r.randrange(0, 4)):
            messages.append(message("user", r.choice(TEXTS) if r.random() < 0.85 else [dict(type="text", text=r.choice(TEXTS)), dict(type="image"), dict(type="text", text="two")]))
            k = r.random()
            if k < 0.3:
                calls = [call("get_weather", r.choice([{"city": "Paris", "days": 2}, {}, "{\"city\": \"Rome\"}", {"city": "Köln", "deep": {"a": [1, None, True, 2.5e-7]}}]), r.choice(["abcdefghi", "call_1"])) for _ in range(r.choice([1, 1, 2]))]
                messages.append(message("assistant", r.choice([None, "", "Let me look."]), tool_calls=calls))
                for c in calls:
                    messages.append(message("tool", r.choice(["21.5", "{\"t\": 1}", {"t": 1}, ["a", 2]]), tool_call_id=c["id"], name="get_weather"))
                messages.append(message("assistant", r.choice(TEXTS)))
            elif k < 0.85:
                messages.append(message("assistant", r.choice(TEXTS), **({"reasoning_content": "thought"} if r.random() < 0.3 else {})))
        if r.random() < 0.5 or not messages:
            messages.append(message(r.choice(["user"] * 6 + ["critic", "developer"]), r.choice(TEXTS)))
        line = dict(messages=messages, add_generation_prompt=r.random() < 0.5)
        if tools is not None:
            line["tools"] = tools
        for key, value in [("enable_thinking", False), ("thinking", True), ("custom_tools", [ADD]), ("tools_in_user_message", False), ("date_string", "1 Jan 2020"),
                           ("builtin_tools", ["get_weather", "code_interpreter"]), ("documents", [dict(title="T", text="Doc one"), dict(title="U", text="Doc 2")]),
                           ("controls", dict(citations=True, length="short")), ("reasoning_effort", "high"), ("model_identity", "You are X.")]:
            if r.random() < 0.12:
                line[key] = value
        if r.random() < 0.8:
            line.update(bos_token="<s>", eos_token="</s>")
        yield line


# ---------------------------------------------------------------------------- random small templates

VARIABLES = dict(
    items=[dict(n="b", v=2, ok=True, tags=["x", "y"]), dict(n="a", v=1, ok=False, tags=[]), dict(n="C", v=3, tags=["z"]), dict(n="a", v=10, ok=None, tags=["x"])],
    d=dict(x=1, y="two", z=None, w=[1, 2], B=2.5, items_="k"), e=[], ed={}, s="  Hello World_foo \n", n=7, neg=-3, zero=0, f=2.5, big=12345678901234, t=True, no=None, off=False,
    u="zürich <&> \"q\" 'a' 😀 ß", nested=[[1, 2], [3], []], q="it's", words=["pear", "Apple", "fig", "apple"], nums=[3, 1, 2, 3, -1], mixed=[1, "1", 1.0, True, None], lines="a\n b\n\nc", csv="a,b,,c", tiny=1e-07, huge=1e+16, whole=3.0)
NAMES = list(VARIABLES) + ["missing"]
FILTERS = ["abs", "capitalize", "center(20)", "count", "default('D')", "default('D', true)", "d(0)", "dictsort", "dictsort(by='value')", "dictsort(reverse=true)", "e", "escape", "first", "float", "float(1.5)", "int", "int(9)", "int(0, 16)",
           "items", "items|list", "join", "join('-')", "join(', ', attribute='n')", "last", "length", "list", "lower", "map('upper')|list", "map(attribute='n')|list", "map(attribute='q', default='?')|list", "map('length')|list", "max", "min",
           "min(attribute='v')", "max(attribute='v')", "reject('none')|list", "reject|list", "rejectattr('ok')|list|length", "replace('a', 'A')", "replace('l', 'L', 1)", "reverse|list", "reverse", "round", "round(1)", "round(0, 'floor')", "round(1, 'ceil')",
           "safe", "select|list", "select('string')|list", "select('gt', 1)|list", "selectattr('ok')|map(attribute='n')|join", "selectattr('v', 'ge', 2)|list|length", "selectattr('n', 'in', ['a', 'C'])|list|length", "slice(2)|list", "slice(2, 'x')|list",
           "batch(2)|list", "batch(3, '-')|list", "sort", "sort(reverse=true)", "sort(attribute='v')|map(attribute='v')|list", "sort(attribute='n,v')|map(attribute='v')|list", "sort(case_sensitive=true)", "string", "sum", "sum(attribute='v')", "sum(start=5)",
           "title", "tojson", "tojson(indent=2)", "tojson(ensure_ascii=true)", "tojson(sort_keys=true)", "tojson(separators=(',', ':'))", "tojson(indent=4, separators=(',', ': '))", "trim", "trim('x')", "truncate(5)", "truncate(8, true)", "truncate(8, false, '..', 0)", "unique|list", "unique(attribute='n')|map(attribute='v')|list", "unique(case_sensitive=true)|list",
           "upper", "urlencode", "wordcount", "wordwrap(3, false, '/')", "wordwrap(8, break_on_hyphens=false)", "filesizeformat(true)", "indent", "indent(2, true)", "indent('> ')", "indent(2, blank=true)", "groupby('n')|list|length", "groupby('ok', default=false)|map('first')|list", "attr('upper')", "format(1)", "pprint", "forceescape", "xmlattr", "filesizeformat", "striptags", "wordwrap(5)", "random|length"]
TESTS = ["defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "iterable", "sequence", "callable", "sameas none", "sameas true", "odd", "even", "divisibleby 3", "divisibleby(2)", "lower", "upper",
         "eq 1", "equalto('a')", "==(7)", "ne 7", "lt 5", "gt(2)", "ge 7", "le 7", "greaterthan 1", "lessthan 3", "in [1, 7]", "in 'abc'", "escaped", "filter", "test"]
METHODS = ["strip()", "lstrip()", "rstrip()", "strip('_ ')", "upper()", "lower()", "title()", "capitalize()", "swapcase()", "split()", "split(',')", "split(',', 1)", "rsplit(',', 1)", "split('l')", "splitlines()", "splitlines(true)", "startswith('  H')", "startswith(('a', 'z'))",
           "endswith('x')", "endswith(' \n')", "replace('l', '1')", "replace('l', '1', 1)", "find('o')", "rfind('o')", "find('zz')", "index('o')", "count('l')", "isdigit()", "isalpha()", "isupper()", "islower()", "isspace()", "isalnum()", "istitle()", "isnumeric()", "isidentifier()", "isascii()", "zfill(12)", "center(30, '*')",
           "ljust(22, '.')", "rjust(22)", "partition(',')", "rpartition('o')", "removeprefix('it')", "removesuffix('s')", "format(1, a=2)", "join(['a', 'b'])", "join(words)", "casefold()", "expandtabs()", "encode()", "get('x')", "get('nope')", "get('nope', 5)", "items()", "keys()", "values()", "items()|list", "keys()|list", "values()|list",
           "copy()", "index(3)", "count(3)", "pop()", "append(1)", "x", "y", "nope", "n", "0", "length", "update({'a': 1})", "bit_length()", "is_integer()", "real"]


class Writer:
    def __init__(self, r):
        self.r = r

    def literal(self):
        return self.r.choice(["1", "0", "-2", "2.5", "1e3", "1_000", "'a'", "\"b\\n\"", "''", "'it\\'s'", "true", "false", "none", "True", "None", "[1, 'a', none]", "[]", "{}", "{'k': 1, 'b': [2]}", "(1, 2)", "('a',)", "()", "'ü'", "'\\u00e9\\x41'", "[[1, 2], [3]]", "'%s-%d'", "'{} {a}'"])

    def atom(self):
        return self.r.choice(NAMES) if self.r.random() < 0.7 else self.literal()

    def expression(self, depth=0):
        r = self.r
        k = r.randrange(15)
        if depth > 2 or k < 2:
            return self.atom()
        sub = lambda: self.expression(depth + 1)
        if k < 6:
            return f"{self.wrap(sub())}|{r.choice(FILTERS)}"
        if k == 6:
            return f"{self.wrap(sub())} is {r.choice(['', '', 'not '])}{r.choice(TESTS)}"
        if k < 9:
            return f"{self.wrap(sub())}.{r.choice(METHODS)}"
        if k == 9:
            return f"{self.wrap(sub())}[{r.choice(['0', '-1', '1:', ':2', '::-1', '1:3', '-2:', '::2', chr(39) + 'x' + chr(39), chr(39) + 'n' + chr(39), 'n', '5', 'none:2', '3:0:-1'])}]"
        if k < 12:
            return f"{self.wrap(sub())} {r.choice(['+', '-', '*', '/', '//', '%', '**', '~', '==', '!=', '<', '>', '<=', '>=', 'and', 'or', 'in', 'not in', '~', '+'])} {self.wrap(sub())}"
        if k == 12:
            return f"{sub()} if {sub()}" + (f" else {sub()}" if r.random() < 0.8 else "")
        if k == 13:
            return f"{r.choice(['not ', '-', '+', ''])}{self.wrap(sub())}"
        return r.choice([f"range({r.randrange(5)})|list", f"range(1, {r.randrange(9)}, 2)|list", "dict(a=1, b=n)", f"[{sub()}, {sub()}]", f"{{'k': {sub()}}}", f"({sub()}, {sub()})", "namespace(a=1).a", "strftime_now('%Y-%m-%d %H:%M:%S %a %A %b %B %j %p %I %y %%')"])

    def wrap(self, text):
        return f"({text})" if self.r.random() < 0.8 else text

    def block(self, depth=0):
        r = self.r
        d = lambda: r.choice(["", "", "-", "-", "+"])
        e = self.expression
        k = r.randrange(13)
        inner = lambda: self.block(depth + 1) if depth < 2 else "x"
        if k < 4:
            return f"{{{{{d()} {e()} {r.choice(['', '-'])}}}}}"
        if k == 4:
            return r.choice(["text ", " \n", "\n  ", "a\n\n", "  ", "{# note #}", "{#- note -#} ", "\t", "ü"])
        if k == 5:
            return f"{{%{d()} if {e()} {r.choice(['', '-'])}%}}\n {inner()}{{%{d()} elif {e()} %}}{inner()}{{% else {r.choice(['', '-'])}%}}\n{inner()}{{%{d()} endif %}}\n"
        if k == 6:
            loop = r.choice(["{{ loop.index }}", "{{ loop.revindex0 }}", "{{ loop.first }}{{ loop.last }}", "{{ loop.length }}", "{{ loop.cycle('a', 'b') }}", "{{ loop.changed(i) }}", "{{ loop.previtem|default('-') }}", "{{ loop.nextitem is defined }}", "{{ loop.depth }}", ""])
            seq = r.choice(["items", "nums", "words", "nested", "d", "range(3)", "e", "missing", "csv.split(',')", "d.items()", "words|sort", e()])
            cond = r.choice(["", "", f" if {r.choice(['i', 'loop.index', 'i is string', 'i is defined', 'not i'])}"])
            mid = r.choice(["", "{% if loop.index == 2 %}{% continue %}{% endif %}", "{% if loop.index0 == 2 %}{% break %}{% endif %}"])
            return f"{{%{d()} for i in {seq}{cond} %}}{mid}{loop}{{{{ i }}}}{r.choice(['', inner()])}{{% else %}}none{{%{d()} endfor {r.choice(['', '-'])}%}}\n"
        if k == 7:
            return f"{{%- for k, v in {r.choice(['d.items()', 'd|items', 'd|dictsort', 'ed.items()', '[[1, 2], [3, 4]]', 'nested', '{1: 2}.items()'])} %}}{{{{ k }}}}={{{{ v }}}};{{% endfor %}}"
        if k == 8:
            return f"{{% set x = {e()} %}}{{{{ x }}}}" if r.random() < 0.6 else f"{{% set x %}} {inner()} {{% endset %}}[{{{{ x|{r.choice(['trim', 'upper', 'length', 'tojson'])} }}}}]"
        if k == 9:
            return f"{{% set ns = namespace(a={e()}, b=[]) %}}{{% for i in nums %}}{{% set ns.b = ns.b + [i] %}}{{% endfor %}}{{{{ ns.b }}}}{{{{ ns.a }}}}"
        if k == 10:
            return f"{{% macro m(a, b={self.literal()}, c=none) %}}<{{{{ a }}}}|{{{{ b }}}}|{{{{ c }}}}|{{{{ varargs|default('') }}}}{r.choice(['', '{{ caller() if caller }}'])}>{{% endmacro %}}{{{{ m({e()}) }}}}{r.choice(['{{ m(1, c=2) }}', '{{ m() }}', '{% call m(1) %}body{% endcall %}', '{{ m(1, 2, 3) }}'])}"
        if k == 11:
            return r.choice([f"{{% filter {r.choice(['upper', 'trim', 'indent(2)', 'replace(' + chr(39) + 'a' + chr(39) + ', ' + chr(39) + 'b' + chr(39) + ')'])} %}} {inner()} {{% endfilter %}}", "{% raw %}{{ x }} {% y %}{% endraw %}", f"{{% with a = {e()}, b = 2 %}}{{{{ a }}}}{{{{ b }}}}{{% endwith %}}", f"{{% set a, b = 1, {self.literal()} %}}{{{{ a }}}}{{{{ b }}}}", "{% generation %}gen{% endgeneration %}", "{% set x = 1 %}{% for i in nums %}{% set x = x + 1 %}{% endfor %}{{ x }}", "{% for i in nested recursive %}[{{ loop(i) if i is iterable else i }}]{% endfor %}", f"{{% for i in {r.choice(['nested', 'nums', 'words', 'd.items()'])} {r.choice(['', 'if i '])}recursive %}}{{{{ loop.depth }}}}{{{{ loop({r.choice(['[1, 2]', 'nums', 'i', e()])}) if loop.depth < {r.randrange(1, 4)} }}}}{{{{ i }}}}{{% else %}}none{{% endfor %}}", "{% do nums.append(4) %}", "{% autoescape true %}{{ u }}{% endautoescape %}", "{% include 'x' %}"])
        return inner() + " " + inner()


def reference(template, line):
    line = copy.deepcopy(line)
    try:
        out, _ = chat_template_utils.render_jinja_template([line.pop("messages")], tools=line.pop("tools", None), chat_template=template, add_generation_prompt=line.pop("add_generation_prompt", False), **line)
        return out[0], None
    except jinja2.exceptions.TemplateError as e:
        return None, str(e) if type(e) is jinja2.exceptions.TemplateError else ""
    except RecursionError:
        return None, ""
    except Exception as e:
        return None, ""


def render(program, template, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".jinja", newline="", encoding="utf-8") as f:
        f.write(template)
        f.flush()
        p = subprocess.run([program, "render", "--template", f.name], input="".join(json.dumps(dict(l, now=NOW.isoformat())) + "\n" for l in lines), text=True, capture_output=True)
    if p.returncode < 0:
        raise SystemExit(f"the program died ({p.returncode}) on {template!r}")
    if p.returncode:
        return [dict(error=p.stderr.strip()[-300:])] * len(lines)
    return [json.loads(l) for l in p.stdout.split("\n") if l]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--count", type=int, default=2000)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--templates", metavar="DIR", help="a folder of *.jinja")
    a.add_argument("--program", default=".build/release/switchyard")
    a = a.parse_args()
    failed, refused = 0, collections.Counter()

    def judge(name, template, line, got):
        want, raised = reference(template, line)
        if want is not None and got.get("text") == want:
            return False
        if want is None and "error" in got and raised in ("", got["error"]):
            return False
        if want is None and "error" in got and raised and raised in got["error"]:
            return False
        if want is not None and any(x in got.get("error", "") for x in ("support", "no filter named", "cannot be printed")):
            refused[got["error"][:100]] += 1
            return False
        print(f"DIFFERS {name}\n      is {got}\n    want {want!r}{'' if raised is None else f' (error {raised!r})'}", flush=True)
        return True

    r = random.Random(a.seed)
    here = os.path.dirname(os.path.abspath(__file__))
    tried = 0
    for path in [f"{here}/parts.jinja"] + sorted(glob.glob(f"{a.templates}/*.jinja") if a.templates else []):
        template = open(path, encoding="utf-8", newline="").read()
        lines = list(conversations(r, 80))
        for line, got in zip(lines, render(a.program, template, lines)):
            tried += 1
            if judge(os.path.basename(path), template, line, got):
                failed += 1
                print("    " + json.dumps(line, ensure_ascii=False)[:1500])
    print(f"{tried} conversations, {failed} differ")
    line = dict(VARIABLES, messages=[message("user", "x")])
    base = failed
    small = open(f"{here}/small_templates.txt", encoding="utf-8").read().splitlines()
    for template in small:
        failed += judge(repr(template), template, line, render(a.program, template, [line])[0])
    print(f"{len(small)} templates of small_templates.txt, {failed - base} differ")
    base, errors = failed, 0
    for case in range(a.seed, a.seed + a.count):
        template = Writer(random.Random(f"template {case}")).block()
        got = render(a.program, template, [line])[0]
        errors += "error" in got
        failed += judge(f"{case}: {template!r}", template, line, got)
    print(f"{a.count} small templates ({errors} fail in the program), {failed - base} differ; refused {sum(refused.values())}:")
    for k, v in refused.most_common(40):
        print(f"    {v} × {k}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
