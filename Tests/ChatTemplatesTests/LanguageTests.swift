import ChatTemplates
import JSON
import Testing

/// Behaviour checked against Jinja2 3.1 under transformers' settings.
@Suite struct LanguageTests {
    static let variables: JSONObject = [
        "words": ["b", "A", "c", "a"], "n": 7, "s": " Hello World \n", "none": nil,
        "d": ["x": 1, "y": [1, "two"], "items": 3], "rows": [["k": "b", "v": 1], ["k": "a"]],
        "u": "zürich \u{1F600}", "e": "e\u{301}",
    ]

    @Test(
        "a message's reasoning has the names that templates read",
        arguments: [
            (
                ["r": 1, "reasoning_content": "a"],
                #"{"thinking": "a", "r": 1, "reasoning_content": "a"}"#
            ),
            (["thinking": "t"], #"{"thinking": "t", "reasoning_content": "t"}"#),
            (
                ["reasoning": "x"],
                #"{"thinking": "x", "reasoning": "x", "reasoning_content": "x"}"#
            ),
            (
                ["thinking": nil, "reasoning": "x"],
                #"{"thinking": null, "reasoning": "x", "reasoning_content": "x"}"#
            ),
            (
                ["reasoning_content": "", "thinking": "t"],
                #"{"thinking": "t", "reasoning_content": ""}"#
            ),
            (["r": 1, "thinking": nil], #"{"r": 1, "thinking": null}"#),
        ] as [(JSONObject, String)])
    func reasoning(message: JSONObject, text: String) throws {
        let template = try ChatTemplate(source: "{{ messages[0] | tojson }}")
        #expect(try template.render(["messages": [.object(message)]]) == text)
    }

    @Test(
        "expressions have Python's values",
        arguments: [
            ("-7 // 2, -7 % 3, 7 % -3, -7.5 // 2, -7.5 % 2", "(-4, 2, -2, -4.0, 0.5)"),
            ("2 ** 3 ** 2, -2 ** 2, 2 ** -1", "(64, 4, 0.5)"),
            (
                "1e16, 1e15, 1e-5, 0.0001, 1.0, -0.0, 1e300 * 1e300",
                "(1e+16, 1000000000000000.0, 1e-05, 0.0001, 1.0, -0.0, inf)"
            ),
            (
                "1 < 2 < 3, 1 < 3 < 2, 'a' < 'b', [1, 2] < [1, 3], 1 == 1.0 == true",
                "(True, False, True, True, True)"
            ),
            ("9007199254740993 == 9007199254740992.0", "False"),
            ("n if n > 5, (n if n > 9) is defined", "(7, False)"),
            ("none or 'x', 0 and 1, '' or []", "('x', 0, [])"),
            ("not n == 7, not 1 in [2]", "(False, True)"), ("1 ~ 'a' ~ none ~ [1]", "1aNone[1]"),
            ("'a' 'b' \"c\"", "abc"), ("'\\x41\\u00e9\\n\\q'", "Aé\n\\q"),
            ("[1, 2,], (1,), ()", "([1, 2], (1,), ())"),
            ("{'a': 1, 'a': 2, 1: 3, true: 4}", "{'a': 2, 1: 4}"),
            (
                "u[7:], u|length, u[-1], u[::-1]",
                "('\u{1F600}', 8, '\u{1F600}', '\u{1F600} hcirüz')"
            ),
            ("e|length, e == '\u{E9}', e[0]", "(2, False, 'e')"),
            ("d['items'], d.items is callable", "(3, True)"),
            (
                "words|sort, words|sort(reverse=true), words|sort(case_sensitive=true)",
                "(['A', 'a', 'b', 'c'], ['c', 'b', 'A', 'a'], ['A', 'a', 'b', 'c'])"
            ),
            ("rows|groupby('k')|map(attribute='grouper')|list", "['a', 'b']"),
            ("rows|map(attribute='v', default=0)|sum", "1"),
            ("'%05.1f|%-4s|%+d|%x|%%' % (3.14159, 'ab', 5, 255)", "003.1|ab  |+5|ff|%"),
            ("'{:>5}|{!r:<5}|{:^5}'.format(1, 'a', 'b')", "    1|'a'  |  b  "),
            ("'{} {b:.2f} {{}} {:,}'.format('a', 1234567, b=2)", "a 2.00 {} 1,234,567"),
            (
                "'a,b,,c'.split(','), ' a  b '.split(), 'a b c'.rsplit(' ', 1), 'a=b=c'.partition('=')",
                "(['a', 'b', '', 'c'], ['a', 'b'], ['a b', 'c'], ('a', '=', 'b=c'))"
            ),
            (
                "s.strip().title(), s|trim|upper, 'aXb'.swapcase(), 'ab'.center(5, '*')",
                "('Hello World', 'HELLO WORLD', 'AxB', '**ab*')"
            ),
            (
                "42.55|round, 2.5|round, 2.675|round(2), 7|round, 1.21|round(1, 'ceil')",
                "(43.0, 2.0, 2.67, 7, 1.3)"
            ),
            (
                "'12abc'|int, ' 42 '|int, '1_000'|int, '0x1f'|int(0, 16), '3.9'|int, '1e2'|float",
                "(0, 42, 1000, 31, 3, 100.0)"
            ),
            (
                "range(5)|batch(2)|list, range(5)|slice(2)|list",
                "([[0, 1], [2, 3], [4]], [[0, 1, 2], [3, 4]])"
            ),
            (
                "'<a>'|e, ('<a>'|e)|e, '<'|safe ~ '<'",
                "(Markup('&lt;a&gt;'), Markup('&lt;a&gt;'), '<<')"
            ),
            ("'it\\'s', 'a\"b', 'a\\tb\\x00\\u200b'", "(\"it's\", 'a\"b', 'a\\tb\\x00\\u200b')"),
            ("d|dictsort|list|length, d.get('q', 5), d.get('q')", "(3, 5, None)"),
            ("missing|default('x'), none|default('x'), ''|default('x', true)", "('x', None, 'x')"),
            (
                "missing is defined, missing|length, missing|list, missing == other",
                "(False, 0, [], True)"
            ),
            (
                "3 is odd, 4 is divisibleby 2, 'A' is upper, n is in [7], 1 is sameas true",
                "(True, True, True, True, False)"
            ),
            (
                "true is number, true is integer, 1.0 is float, [] is sequence, {} is mapping, 'x' is iterable",
                "(True, False, True, True, True, True)"
            ),
            (
                "{'b': 1, 'a': [1, {}]}|tojson(indent=2, sort_keys=true)",
                "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": 1\n}"
            ),
            (
                "u|tojson(ensure_ascii=true), [1,2]|tojson(separators=(',', ':'))",
                "('\"z\\\\u00fcrich \\\\ud83d\\\\ude00\"', '[1,2]')"
            ),
        ])
    func expressions(expression: String, expected: String) throws {
        #expect(try render("{{ \(expression) }}", Self.variables) == expected)
    }

    @Test(
        "white space goes where Jinja's does",
        arguments: [
            ("a\n  {% if 1 %}\n  b\n  {% endif %}\n  c", "a\n  b\n  c"),
            ("a  {% if 1 %}  b  {% endif %}  c", "a    b    c"),
            ("a \n {%- if 1 -%} \n b \n {%- endif +%} \n c", "ab \n c"),
            ("  {%+ if 1 %}\nb{% endif %}\n", "  b"), ("  {{ 1 }}\n  {{- 2 -}}\n 3", "  123"),
            ("  {# c #}\nb", "b"), ("a {#- c -#} b", "ab"),
            ("x{% raw %} {{ y }} {%- endraw %} z", "x {{ y }} z"),
            ("a\r\nb\rc\n", "a\nb\nc"), ("a\n\n", "a\n"),
            ("{{ '}}' }}{{ {'a': {}} }}", "}}{'a': {}}"),
            ("{ { { %} #} }}", "{ { { %} #} }}"), ("{{- -1 }}", "-1"),
        ])
    func whitespace(source: String, expected: String) throws {
        #expect(try render(source) == expected)
    }

    @Test(
        "statements do as in Jinja",
        arguments: [
            (
                "{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = 5 %}{{ x }}{% endfor %}{{ x }}",
                "15151"
            ),
            (
                "{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}{% for a, (b, c) in [(1, (2, 3))] %}{{ a + b + c }}{% endfor %}",
                "a16"
            ),
            (
                "{% for i in range(9) if i is odd %}{{ loop.index }}/{{ loop.length }}={{ i }} {% endfor %}",
                "1/4=1 2/4=3 3/4=5 4/4=7 "
            ),
            (
                "{% for i in [1, 2] %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i // 9) }}{% endfor %}",
                "aTruebFalse"
            ),
            ("{% for i in [1, 2] %}{% break %}{% else %}else{% endfor %}", "else"),
            (
                "{% for i in [1, 2] %}{% if i == 2 %}{% break %}{% endif %}{% else %}else{% endfor %}",
                ""
            ),
            (
                "{% for i in [1] %}{% for j in [1, 2] %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",
                "121"
            ),
            (
                "{% macro m(a, b='B') %}[{{ a }}{{ b }}{{ varargs }}{{ kwargs }}]{% endmacro %}{{ m(1) }}{{ m(1, 2, 3, z=4) }}",
                "[1B(){}][12(3,){'z': 4}]"
            ),
            (
                "{% macro m(a) %}{{ a is defined }}{{ caller(2) }}{% endmacro %}{% call(x) m() %}<{{ x }}>{% endcall %}",
                "False<2>"
            ),
            ("{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}", "2"),
            (
                "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(3) }}{{ m(*[4]) }}{{ m(**{'a': 5}) }}",
                "345"
            ),
            ("{% set x | upper | replace('A', 'b') %}aa{% endset %}{{ x }}", "bb"),
            (
                "{% filter upper %}a{{ 'b' }}{% endfilter %}{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}",
                "AB3False"
            ),
            (
                "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set ns = namespace({'a': 1}, b=2) %}{% set ns.a = 3 %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}",
                "12323"
            ),
            ("{% generation %}x{% set y = 1 %}{% endgeneration %}{{ y is defined }}", "xFalse"),
            (
                "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{% set j = joiner('|') %}{{ j() }}{{ j() }}",
                "aba|"
            ),
            ("{% set g = [1, 2]|map('string') %}{{ g|list }}{{ g|list }}", "['1', '2'][]"),
            ("{% if false %}{{ 1|no_such_filter }}{% endif %}ok", "ok"),
        ])
    func statements(source: String, expected: String) throws {
        #expect(try render(source) == expected)
    }

    @Test(
        "what cannot be rendered is refused",
        arguments: [
            "{{ missing.x }}", "{{ missing() }}", "{{ missing + 1 }}", "{{ 'a'.nothing() }}",
            "{{ 1 + 'a' }}",
            "{{ [1].append(2) }}", "{{ {}.update({}) }}", "{{ ''.__class__.__mro__ }}", "{{ 1() }}",
            "{{ 1 < 'a' }}",
            "{{ 1 in 2 }}", "{{ {[]: 1} }}", "{{ missing|tojson }}", "{{ 1|items }}",
            "{{ [1]|join(1, 2, 3) }}",
            "{{ range(3) }}", "{{ [1]|map('upper') }}", "{{ 'a'.upper }}", "{% set x.y = 1 %}",
            "{% for a, b in [1] %}{% endfor %}",
            "{% macro m() %}{% endmacro %}{{ m(1) }}", "{% macro m() %}{% endmacro %}{{ m(a=1) }}",
            "{% macro m() %}{% endmacro %}{% call m() %}{% endcall %}", "{{ '%d' % 'a' }}",
            "{{ '%s %s' % 1 }}", "{{ '{}'.format() }}",
            "{{ strftime_now('%Q') }}", "{{ 'a' is sameas 'a' }}", "{{ lipsum() }}", "{{ lipsum }}",
            "{% for x in [1] %}{{ loop([2]) }}{% endfor %}",
            "{% for x in [1] recursive %}{{ loop() }}{% endfor %}",
            "{% for x in [1] recursive %}{{ loop(1) }}{% endfor %}",
            "{% for x in [1] recursive %}{{ loop([2], 1) }}{% endfor %}",
            "{{ 'a'|wordwrap(0) }}", "{{ 1|wordwrap }}", "{{ 'x'|filesizeformat }}",
            "{{ missing|filesizeformat }}", "{{ '&nLt;'|striptags }}", "{{ 1|items|list }}",
            "{{ {} is filter }}",
        ])
    func refused(source: String) {
        do throws(ChatTemplateError) {
            Issue.record("\(source) rendered \(try render(source))")
        } catch {
            guard case .runtime(let line, let message) = error, line == 1, !message.isEmpty else {
                Issue.record("\(source): \(error)")
                return
            }
        }
    }

    @Test(
        "a source that is no template is refused with its line",
        arguments: [
            ("a\n{% if %}", 2), ("\n\n{{ 1", 3), ("{% if 1 %}", 1), ("{% endif %}", 1),
            ("{% for x %}{% endfor %}", 1),
            ("{# a", 1), ("{% raw %}", 1), ("{{ 1 + }}", 1), ("{{ 'a }}", 1), ("{{ (1] }}", 1),
            ("{{ a b }}", 1), ("{% foo %}", 1),
            ("{% include 'x' %}", 1), ("{% extends 'x' %}", 1), ("{% break %}", 1),
            ("{{ 1|no_such_filter }}", 1), ("{{ 1 is no_such_test }}", 1),
            ("{% set true = 1 %}", 1), ("{% macro m(a=1, b) %}{% endmacro %}", 1),
            ("{{ f(a=1, 2) }}", 1), ("{{ a..b }}", 1),
            ("{% for x in y recursive if x %}{% endfor %}", 1), ("{{ '\\N{DASH}' }}", 1),
            ("{{ 007 }}", 1), ("{{ $ }}", 1),
        ])
    func syntax(source: String, line: Int) {
        let error = #expect(throws: ChatTemplateError.self) { try ChatTemplate(source: source) }
        guard case .syntax(let found, let message) = error else {
            Issue.record("\(source): \(String(describing: error))")
            return
        }
        #expect(found == line && !message.isEmpty)
    }

    @Test("errors carry the line on which they happened") func lines() {
        #expect(throws: ChatTemplateError.runtime(line: 3, message: "'x' is undefined")) {
            try render("a\n{% if 1 %}\n{{ x.y }}\n{% endif %}")
        }
        #expect(throws: ChatTemplateError.raised(message: "no 1")) {
            try render("{{ raise_exception('no ' ~ 1) }}")
        }
        let error = ChatTemplateError.runtime(line: 3, message: "'x' is undefined")
        #expect(error.description == "chat template, line 3: 'x' is undefined")
        #expect(ChatTemplateError.raised(message: "no").description == "no")
    }

    @Test("variables come before globals of the same name") func globals() throws {
        #expect(try render("{{ range }}", ["range": 5]) == "5")
        #expect(try render("{{ namespace is callable }}{{ loop is defined }}") == "TrueFalse")
    }

    @Test("one template renders from many threads at once") func concurrent() async throws {
        let template = try ChatTemplate(source: ChatTemplate.chatML)
        let variables: JSONObject = ["messages": [["role": "user", "content": "x"]]]
        await withTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { try? template.render(variables) } }
            for await text in group { #expect(text == "<|im_start|>user\nx<|im_end|>\n") }
        }
    }

    @Test("the default template is ChatML") func defaultTemplate() throws {
        let text = try render(
            ChatTemplate.chatML,
            [
                "messages": [
                    ["role": "system", "content": " s\n"],
                    [
                        "role": "user",
                        "content": [
                            ["type": "text", "text": "a"], ["type": "text", "text": "b"],
                        ],
                    ],
                    ["role": "assistant", "content": nil],
                ],
                "add_generation_prompt": true,
            ])
        let expected =
            "<|im_start|>system\n s\n<|im_end|>\n<|im_start|>user\nab<|im_end|>\n"
            + "<|im_start|>assistant\n<|im_end|>\n<|im_start|>assistant\n"
        #expect(text == expected)
    }
}
