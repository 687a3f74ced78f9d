import ChatTemplates
import Testing

@Suite struct WallClockTests {
    @Test(
        "directives print as in C",
        arguments: [
            (
                "2026-01-02T03:04:05", "%a %A %b %B %d %e %H %I %j %m %M %p %S %y %Y %%",
                "Fri Friday Jan January 02  2 03 03 002 01 04 AM 05 26 2026 %"
            ),
            (
                "2026-01-02T03:04:05", "%-d %-m %-H %_d %^a %F %T %D %R %c %x %X",
                "2 1 3  2 FRI 2026-01-02 03:04:05 01/02/26 03:04 Fri Jan  2 03:04:05 2026 01/02/26 03:04:05"
            ),
            (
                "2024-12-31 23:59", "%j %U %W %V %G %g %u %w %I %l %k %p %f %C",
                "366 52 53 01 2025 25 2 2 11 11 23 PM 000000 20"
            ),
            (
                "2021-01-03T00:00:00.25", "%U %W %V %G %u %w %I %f %Z%z.",
                "01 00 53 2020 7 0 12 250000 ."
            ),
            ("2000-02-29", "%A %j %V", "Tuesday 060 09"),
        ])
    func directives(iso: String, format: String, expected: String) throws {
        let clock = try #require(WallClock(iso: iso))
        #expect(try clock.formatted(format) == expected)
    }

    @Test(
        "what is no date or time is refused",
        arguments: [
            "", "2026", "2026-13-01", "2026-02-29", "2026-00-01", "2026-01-32", "2026-01-02T24:00",
            "2026-01-02T03:60", "2026-01-02T", "2026-01-02T03", "2026-01-02T03:04:05Z",
            "0000-01-01",
            "2026-01-02T03:04:05.", "2026-1-2", "2026-01-02T03:04:05.1234567", "2026/01/02",
            "-026-01-02",
        ])
    func refused(iso: String) { #expect(WallClock(iso: iso) == nil) }

    @Test("unknown directives are an error", arguments: ["%Q", "%", "%-", "a%"])
    func unknown(format: String) throws {
        let clock = try #require(WallClock(iso: "2026-01-02"))
        #expect(throws: ChatTemplateError.self) { try clock.formatted(format) }
    }

    @Test("the system's clock is a date") func system() throws {
        #expect(try WallClock.system().year >= 2020)
    }
}
