import ChatTemplates
import JSON
import Testing

/// Features that few templates use. The expected texts are jinja2 3.1's.
@Suite struct RarerTests {
    private func render(_ source: String) throws(ChatTemplateError) -> String {
        try ChatTemplate(source: source).render([
            "tree": [
                ["n": "a", "c": [["n": "b", "c": []], ["n": "c", "c": [["n": "d"]]]]], ["n": "e"],
            ]
        ])
    }

    @Test(
        "a recursive loop runs again where 'loop' is called",
        arguments: [
            (
                "{% for t in tree recursive %}{{ '  ' * loop.depth0 }}{{ loop.depth }}{{ t.n }};{% if t.c %}{{ loop(t.c) }}{% endif %}{% endfor %}",
                "1a;  2b;  2c;    3d;1e;"
            ),
            (
                "{% for x in [3, 1, 2] if x > 1 recursive %}{{ x }}{{ loop([0, 5]) if loop.depth < 2 }},{% endfor %}",
                "35,,25,,"
            ),
            ("{% for x in [[]] recursive %}<{{ loop(x) }}>{% else %}none{% endfor %}", "<none>"),
            (
                "{% set y = 7 %}{% for x in [1, 2] recursive %}{{ y }}{% set y = x %}{% if loop.depth == 1 %}{{ loop([3]) }}{% endif %}{{ y }}{% endfor %}{{ y }}",
                "773177327"
            ),
            (
                "{% for x in [1, 2, 3] recursive %}{% if loop.depth == 1 %}{{ loop([4, 5, 6]) }}{% endif %}{% if x in [2, 5] %}{% break %}{% endif %}{{ x }}{% endfor %}",
                "414"
            ),
            (
                "{% for x in [[1, 2], [3]] recursive %}{% set outer = loop %}{% for y in [1] %}{{ outer(x) if x is iterable else x }}{% endfor %}{% endfor %}",
                "123"
            ),
            (
                "{% for x in [1] recursive %}{{ loop.index }}/{{ loop.length }}{{ loop is callable }}{{ loop([2, 3]) if loop.first and loop.depth == 1 }}{% endfor %}",
                "1/1True1/2True2/2True"
            ),
            ("{% for x in [1] recursive %}{{ x }}{{ loop(missing) }}{% endfor %}", "1"),
        ])
    func recursiveLoops(source: String, expected: String) throws {
        #expect(try render(source) == expected)
    }

    @Test(
        "words wrap as Python's textwrap breaks them",
        arguments: [
            ("'the quick brown fox jumps over'|wordwrap(10)", "the quick\nbrown fox\njumps over"),
            (
                "'the quick brown-fox over-the--lazy dog'|wordwrap(6, wrapstring='|')",
                "the|quick|brown-|fox|over-|the--|lazy|dog"
            ),
            ("'the quick brown-fox'|wordwrap(4, false, '|')", "the|quick|brown-|fox"),
            (
                "'the quick brown-fox'|wordwrap(width=9, wrapstring='|', break_on_hyphens=false)",
                "the quick|brown-fox"
            ),
            ("'a\\n\\n  b c d e\\r\\nf'|wordwrap(3, wrapstring='|')", "a||  b|c d|e|f"),
            ("'ab cdefghij'|wordwrap(3, wrapstring='|')", "ab |cde|fgh|ij"),
            ("'a--b--c---d'|wordwrap(3, wrapstring='|')", "a--|b--|c|---|d"),
            ("'e-mail a-e 1-2-3'|wordwrap(2, wrapstring='|')", "e-|ma|il|a-|e |1-|2-|3"),
            ("''|wordwrap(5)", ""),
        ])
    func wrapping(expression: String, expected: String) throws {
        #expect(try render("{{ \(expression) }}") == expected)
    }

    @Test(
        "tags and entities go, sizes get units",
        arguments: [
            ("'<b>bold</b>  and &amp; <!-- > --> x\\n y'|striptags", "bold and & x y"),
            ("'a < b'|striptags ~ '<!-- a > b'|striptags", "a < b<!-- a > b"),
            ("'&copy; &copyx &#65;&#x42;&#128;&euro; &R&D &'|striptags", "© ©x AB€€ &R&D &"),
            ("'a&#0;b&#xD800;c&#1;d&#x1F600;&lang;&apos;'|striptags", "a\u{FFFD}b\u{FFFD}cd😀⟨'"),
            (
                "[0, 1, 999, 1000, 123456789, 1e27, '3000', true]|map('filesizeformat')|join(',')",
                "0 Bytes,1 Byte,999 Bytes,1.0 kB,123.5 MB,1000.0 YB,3.0 kB,1 Byte"
            ),
            (
                "[1023, 1024, 1048575, 1125899906842624]|map('filesizeformat', true)|join(',')",
                "1023 Bytes,1.0 KiB,1024.0 KiB,1.0 PiB"
            ),
        ])
    func markup(expression: String, expected: String) throws {
        #expect(try render("{{ \(expression) }}") == expected)
    }

    @Test(
        "safe text takes other text as HTML",
        arguments: [
            ("('<'|e) + '<' ~ '<' + ('<'|e)", "&lt;&lt;&lt;&lt;"),
            ("('%s %d'|safe) % ('<', 3) ~ ('%s'|safe)|format('<')", "&lt; 3&lt;"),
            ("('<'|safe).join(['<', '>'|safe]) ~ ('a'|safe).replace('a', '<')", "&lt;<>&lt;"),
            ("('ab'|safe)[0] is escaped, ('ab'|safe)|first is escaped", "(True, False)"),
        ])
    func safeText(expression: String, expected: String) throws {
        #expect(try render("{{ \(expression) }}") == expected)
    }

    @Test(
        "values that jinja2 has and nobody prints",
        arguments: [
            ("lipsum is defined, lipsum is callable, (1|items) is defined", "(True, True, True)"),
            ("[missing, missing, 1]|unique|list", "[Undefined, 1]"),
            ("{'x': 1}|truncate(3)", "{'x': 1}"),
        ])
    func rareValues(expression: String, expected: String) throws {
        #expect(try render("{{ \(expression) }}") == expected)
    }
}
