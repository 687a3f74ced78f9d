import ChatTemplates
import Testing

/// Which variables a template looks at.
@Suite struct FreeNamesTests {
    @Test(
        "names that the template has certainly set itself are not read from outside",
        arguments: [
            ("text", []), ("{{ a }}", ["a"]), ("{{ a.b[c] | default(d) }}", ["a", "c", "d"]),
            ("{% for m in messages %}{{ m.content }}{{ loop.index }}{% endfor %}", ["messages"]),
            (
                "{% for k, v in a.items() if k != b %}{{ v }}{% else %}{{ v }}{% endfor %}",
                ["a", "b", "v"]
            ),
            ("{% set x = y %}{{ x }}", ["y"]),
            ("{{ x }}{% set x = 1 %}", ["x"]),
            ("{% set x = x | default(true) %}{{ x }}", ["x"]),
            ("{% if x is not defined %}{% set x = 1 %}{% endif %}{{ x }}", ["x"]),
            ("{% if a %}{% set x = 1 %}{% endif %}{{ x }}", ["a", "x"]),
            ("{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}", ["a"]),
            ("{% for i in a %}{% set x = i %}{% endfor %}{{ x }}", ["a", "x"]),
            ("{% set ns = namespace(n=b) %}{% set ns.n = c %}{{ ns.n }}", ["b", "c", "namespace"]),
            ("{% set ns.n = 1 %}", ["ns"]),
            (
                "{% macro f(p, q=d) %}{{ p ~ q ~ kwargs ~ varargs ~ g }}{% endmacro %}{{ f(1, q=e) }}",
                ["d", "e", "g"]
            ),
            (
                "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}{{ a }}{% endcall %}",
                ["a"]
            ),
            ("{% with x = x, y = z %}{{ x ~ y }}{% endwith %}{{ y }}", ["x", "y", "z"]),
            ("{% set t %}{{ a }}{% endset %}{{ t }}", ["a"]),
            ("{% filter replace('a', b) %}{{ c }}{% endfilter %}", ["b", "c"]),
            (
                "{{ [a, (b, c), {d: e}] }}{{ f if g else h }}{{ -i ~ (not j) }}",
                ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
            ),
            (
                "{{ a < b <= c }}{{ d in e and f is divisibleby(g) or h[i:j] }}",
                ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
            ),
            ("{{ f(*a, **b) }}", ["f", "a", "b"]),
            ("{{ loop }}", ["loop"]),
        ] as [(String, Set<String>)])
    func reads(source: String, names: Set<String>) throws {
        #expect(try ChatTemplate(source: source).freeNames == names)
    }
}
