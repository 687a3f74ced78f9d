import ChatTemplates
import JSON
import Testing

/// A hostile template can neither hang nor crash nor fill memory.
@Suite struct LimitTests {
    private static let limits = {
        var limits = ChatTemplateLimits()
        limits.stepsMax = 50_000
        limits.workBytesMax = 4 << 20
        limits.outputBytesMax = 1 << 20
        return limits
    }()

    @Test(
        "what costs too much is refused",
        arguments: [
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "{{ range(100001)|list }}", "{{ range(-9223372036854775807, 9223372036854775807) }}",
            "{{ 'a' * 999999999999 }}", "{{ 'abcdefgh' * 9223372036854775807 }}",
            "{{ [1] * 999999999999 }}", "{{ [0, 1] * 9223372036854775807 }}",
            "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
            "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
            "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
            "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
            "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
            "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
            "{% set ns = namespace(x=1) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}",
            "{% set ns = namespace(x=1) %}{% for i in range(9999) %}{% set ns.x = {1: ns.x} %}{% endfor %}",
            "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
            "{% for i in [1] %}{% for j in range(9999) %}{% set _ = loop.changed(loop) %}{% endfor %}{% endfor %}{{ 'x' * 9999999 }}",
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
            "{% for x in [1, 2] recursive %}{{ loop([1, 2]) if loop.depth < 30 }}{% endfor %}",
            "{% for x in [1] recursive %}{{ x }}{{ loop([x ~ x]) if loop.depth < 40 }}{% endfor %}",
            "{{ ('a ' * 99999)|wordwrap(1, wrapstring='b' * 9999) }}",
            "{% set x = 'a-' * 99999 %}{% for i in range(99999) %}{% set y = x|wordwrap(9) %}{% endfor %}",
            "{% set x = '<!' * 99999 %}{% for i in range(99999) %}{% set y = x|striptags %}{% endfor %}",
            "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}",
            "{% macro m(a=m()) %}{% endmacro %}{{ m() }}",
            "{{ 'a'|center(99999999999) }}", "{{ 'a'.rjust(99999999999) }}",
            "{{ 'a'.zfill(99999999999) }}", "{{ 'a\\nb'|indent(99999999999) }}",
            "{{ [1]|tojson(indent=99999999999) }}", "{{ '%999999999d' % 1 }}",
            "{{ '%9999999d' % 1 }}", "{{ '{:9999999}'.format(1) }}", "{{ '%.9999999f' % 1.0 }}",
            "{{ ('a' * 9999)|replace('', 'b' * 9999) }}",
            "{{ ('a' * 9999)|replace('a', 'b' * 9999) }}",
            "{{ ['b' * 9999] * 999 }}", "{{ (['b' * 9999] * 999)|join }}",
            "{{ ('b' * 9999).join(['a'] * 999) }}", "{{ [1]|batch(99999999, 0)|list }}",
            "{{ [1]|slice(99999999)|list }}", "{{ strftime_now('%Y' * 999999) }}",
            "{% for i in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }}{% endfor %}",
            "{% set x = 'a' * 999999 %}{% for i in range(99999) %}{{ 'b' in x }}{% endfor %}",
            "{% set x = 'a' * 999999 %}{% for i in range(99999) %}{% if x == x %}{% endif %}{% endfor %}",
            "{% set x = 'a' * 999999 %}{% for i in range(99999) %}{% set y = x|length %}{% endfor %}",
            "{% set x = 'a' * 999999 %}{% for i in range(99999) %}{% set y = x[5] %}{% endfor %}",
            "{% set x = 'a' * 999999 %}{% for i in range(99999) %}{% set y = x.strip() %}{% endfor %}",
            "{% set x = range(99999) %}{% for i in range(99999) %}{% set y = x|list %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(99999) %}{% set y = x.title() %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(99999) %}{% set y = x|lower %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(99999) %}{% set y = x.isalpha() %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(99999) %}{% set y = x.splitlines() %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(99999) %}{% set y = x[::-1] %}{% endfor %}",
            "{% set x = range(99999) %}{% for i in range(99999) %}{% set y = -1 in x %}{% endfor %}",
            "{% for i in range(99999) %}{% macro m() %}{% endmacro %}{% set n = namespace(a=1) %}{% endfor %}",
            "{% set ns = namespace(x=(1, 2)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}",
            "{% set ns = namespace(x=(1, 2)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {1: 1}[ns.x] }}",
            "{% set ns = namespace(x=(1, 2)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {1: 1}.get(ns.x) }}",
            "{% set ns = namespace(x=(1, 2)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ ns.x in {1: 1} }}",
            "{% set ns = namespace(x=(1, 2)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ [ns.x]|unique|list }}",
            "{% set x = 'a' * 99999 %}{% for i in range(9999) %}{% set d = {x: 1} %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(9999) %}{% set y = {1: 1}[x] %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(9999) %}{% set y = {1: 1}.get(x) %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(9999) %}{% set y = x in {1: 1} %}{% endfor %}",
            "{% set x = ['a' * 99999] %}{% for i in range(9999) %}{% set y = x|unique|list %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(9999) %}{% set y = 'b'|attr(x) %}{% endfor %}",
            "{% set x = 'a' * 99999 %}{% for i in range(9999) %}{% set y = 'b'[x] %}{% endfor %}",
        ])
    func bounded(source: String) {
        let error = #expect(throws: ChatTemplateError.self) {
            try render(source, limits: Self.limits)
        }
        switch error {
        case .limit, .runtime: break
        default: Issue.record("\(source): \(String(describing: error))")
        }
    }

    /// If each name were compared with all others, these would take minutes.
    @Test("tens of thousands of names are found fast or cost too much")
    func manyNames() throws {
        func list(_ suffix: String) -> String {
            (0..<40_000).map { "v\($0)\(suffix)" }.joined(separator: ",")
        }
        let uses = (0..<40_000).map { "{{ v\($0) }}" }.joined()
        #expect(
            try render("{% set \(list("")) = range(40000) %}\(uses)").hasSuffix("39998" + "39999"))
        let macro = "{% macro m(\(list("=1"))) %}\(uses){% endmacro %}{{ m() }}"
        #expect(try render(macro) == String(repeating: "1", count: 40_000))
        for source in [
            "{{ dict(\(list("=1"))) }}", "{{ 'a'.format(\(list("=1"))) }}",
            "{% macro m(\(list("=1"))) %}{% endmacro %}{{ m(\(list("=1"))) }}",
            "{% macro m() %}{{ kwargs }}{% endmacro %}{{ m(\(list("=1"))) }}",
        ] {
            let error = #expect(throws: ChatTemplateError.self) { try render(source) }
            guard case .limit = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test(
        "nesting in the source is bounded",
        arguments: [
            ("(", "1", ")"), ("[", "1", "]"), ("{1:", "1", "}"), ("not ", "1", ""), ("-", "1", ""),
            ("+", "1", ""), ("a[", "1", "]"), ("a(", "1", ")"), ("1|default(", "1", ")"),
            ("1 if 1 else ", "1", ""), ("1 is divisibleby(", "1", ")"), ("(1 if 1) if ", "1", ""),
        ])
    func nesting(open: String, middle: String, close: String) throws {
        let count = 20_000
        let source =
            "{{ " + String(repeating: open, count: count) + middle
            + String(repeating: close, count: count) + " }}"
        #expect(throws: ChatTemplateError.self) { try ChatTemplate(source: source) }
    }

    @Test(
        "chains of any length are read and rendered flat",
        arguments: [
            ("", "1 + ", "1"), ("", "'a' ~ ", "'a'"), ("", "1 and ", "1"), ("", "0 or ", "1"),
            ("1", "|string", ""), ("1", " is defined", ""), ("d", ".d", ""), ("", "1 == ", "1"),
            ("", "1 * ", "1"), ("", "1 ** ", "1"), ("'a' ", "'a'", ""), ("", "1, ", "1"),
        ])
    func chains(first: String, link: String, last: String) throws {
        let source =
            "{{ " + first + String(repeating: link, count: 20_000) + last + " }}"
        // Whatever the result is, the stack must not overflow.
        _ = try? render(source)
    }

    @Test("statements nest as deep as the limit and no deeper") func statements() throws {
        for (open, close) in [
            ("{% if 1 %}", "{% endif %}"), ("{% for i in [1] %}", "{% endfor %}"),
            ("{% macro m() %}", "{% endmacro %}"), ("{% filter upper %}", "{% endfilter %}"),
            ("{% set x %}", "{% endset %}"), ("{% with %}", "{% endwith %}"),
        ] {
            let nested = { (count: Int) in
                String(repeating: open, count: count) + "x" + String(repeating: close, count: count)
            }
            _ = try render(nested(ChatTemplateLimits.parseDepthMax - 5))
            #expect(throws: ChatTemplateError.self) { try render(nested(20_000)) }
        }
    }

    @Test("variables nested too deep are refused") func variables() throws {
        var value: JSONValue = 1
        for _ in 0..<1_000 { value = [value] }
        #expect(throws: ChatTemplateError.self) { try render("{{ x }}", ["x": value]) }
        #expect(try render("{{ y }}", ["x": value, "y": 1]) == "1")
    }

    @Test("a source that is too long is refused") func source() {
        var limits = ChatTemplateLimits()
        limits.sourceBytesMax = 10
        #expect(throws: ChatTemplateError.self) {
            try ChatTemplate(source: "12345678901", limits: limits)
        }
    }

    @Test(
        "integers that do not fit are an error, never a trap",
        arguments: [
            "9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2",
            "2 ** 63", "(-2) ** 64", "(-9223372036854775807 - 1) // -1",
            "-(-9223372036854775807 - 1)", "(-9223372036854775807 - 1)|abs", "1e300|int", "1 // 0",
            "1 % 0", "1 / 0", "1.0 // 0", "1.5 % 0", "9223372036854775808", "0 ** -1",
            "'99999999999999999999'|int", "[9223372036854775807, 1]|sum", "(1e308 * 10)|int",
            "9223372036854775807|round(-1)", "1.5|round(999999999)", "range(1, 2, 0)",
            "'%c' % 99999999999", "[1][::0]",
        ])
    func integers(expression: String) {
        do throws(ChatTemplateError) {
            let text = try render("{{ \(expression) }}")
            #expect(expression == "1.5|round(999999999)" && text == "1.5", "\(expression): \(text)")
        } catch {
            if case .raised = error { Issue.record("\(expression): \(error)") }
        }
    }

    @Test(
        "extreme bounds of slices, ranges and widths are harmless",
        arguments: [
            ("'abc'[-9223372036854775807:9223372036854775807]", "abc"),
            ("'abc'[9223372036854775807:-9223372036854775807:-1]", "cba"),
            ("'abc'[::9223372036854775807]", "a"), ("'abc'[::-9223372036854775807]", "c"),
            ("[1,2][::-9223372036854775807 - 1]", "[2]"), ("'abc'[-9223372036854775807]", ""),
            ("range(9223372036854775806, 9223372036854775807)|list", "[9223372036854775806]"),
            ("range(-9223372036854775807, 9223372036854775807, 9223372036854775807)|length", "2"),
            ("'a'.rjust(-9223372036854775807)", "a"), ("'a'.zfill(-9223372036854775807 - 1)", "a"),
            ("'-a'.zfill(-9223372036854775807 - 1)", "-a"), ("'a' * -5", ""),
            ("'abc'.find('c', -9223372036854775807, 9223372036854775807)", "2"),
            ("'a b'.split(' ', 9223372036854775807)", "['a', 'b']"),
            ("'a b'|truncate(9223372036854775807)", "a b"),
        ])
    func extremes(expression: String, expected: String) throws {
        #expect(try render("{{ \(expression) }}") == expected)
    }

    @Test("every prefix and every damaged byte of a template is survived")
    func damagedSources() throws {
        let source = try Fixtures.text("templates/qwen-qwen3-0_6b.jinja")
        let bytes = Array(source.utf8)
        for count in stride(from: 0, to: bytes.count, by: 37) {
            _ = try? render(String(decoding: bytes[..<count], as: UTF8.self))
        }
        for position in stride(from: 0, to: bytes.count, by: 61) {
            for replacement in "{}%#-'\"(|1\n".utf8 {
                var damaged = bytes
                damaged[position] = replacement
                _ = try? render(
                    String(decoding: damaged, as: UTF8.self),
                    ["messages": [["role": "user", "content": "x"]]])
            }
        }
    }
}
