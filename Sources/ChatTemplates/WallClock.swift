import Glibc

/// A local date and time of day, which `strftime_now` prints.
package struct WallClock: Sendable, Equatable {
    package let year: Int
    package let month: Int  // 1...12
    package let day: Int  // 1...31
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let microsecond: Int

    /// Nil if there is no such date or time. Years are 1 to 9999.
    package init?(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0,
        microsecond: Int = 0
    ) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.dayCount(year, month)).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second),
            (0..<1_000_000).contains(microsecond)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
    }

    /// Reads `2026-01-02`, `2026-01-02T03:04`, `2026-01-02 03:04:05` or `2026-01-02T03:04:05.678`.
    /// Nil for anything else; time zones are not taken.
    package init?(iso text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 26 else { return nil }
        func number(_ start: Int, _ count: Int) -> Int? {
            guard start + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[start..<start + count] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        func has(_ letters: String, at index: Int) -> Bool {
            index < bytes.count && letters.utf8.contains(bytes[index])
        }
        guard let year = number(0, 4), has("-", at: 4), let month = number(5, 2),
            has("-", at: 7), let day = number(8, 2)
        else { return nil }
        var (hour, minute, second, microsecond) = (0, 0, 0, 0)
        if bytes.count > 10 {
            guard has("T ", at: 10), let givenHour = number(11, 2), has(":", at: 13),
                let givenMinute = number(14, 2)
            else { return nil }
            (hour, minute) = (givenHour, givenMinute)
        }
        if bytes.count > 16 {
            guard has(":", at: 16), let givenSecond = number(17, 2) else { return nil }
            second = givenSecond
        }
        if bytes.count > 19 {
            guard has(".", at: 19), bytes.count > 20, let fraction = number(20, bytes.count - 20)
            else { return nil }
            microsecond = (bytes.count..<26).reduce(fraction) { value, _ in value * 10 }
        }
        self.init(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second,
            microsecond: microsecond)
    }

    /// The system's clock in its local time zone.
    package static func system() throws(ChatTemplateError) -> WallClock {
        var now = timespec()
        var parts = unsafe tm()
        // SAFETY: both calls fill in what they are given and keep no pointer.
        guard unsafe clock_gettime(CLOCK_REALTIME, &now) == 0,
            unsafe localtime_r(&now.tv_sec, &parts) != nil,
            let clock = unsafe WallClock(
                year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1,
                day: Int(parts.tm_mday), hour: Int(parts.tm_hour), minute: Int(parts.tm_min),
                second: Int(parts.tm_sec), microsecond: Int(now.tv_nsec / 1000))
        else { throw .fault("the system's clock cannot be read") }
        return clock
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func dayCount(_ year: Int, _ month: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// 1 on the first of January.
    var dayOfYear: Int {
        (1..<month).reduce(day) { $0 + Self.dayCount(year, $1) }
    }

    /// 0 on Sundays (Sakamoto's method).
    var weekday: Int {
        let offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
        let year = month < 3 ? year - 1 : year
        return (year + year / 4 - year / 100 + year / 400 + offsets[month - 1] + day) % 7
    }

    /// The year and week of ISO 8601. Its weeks start on Mondays.
    var isoWeek: (year: Int, week: Int) {
        let monday = (weekday + 6) % 7
        let week = (dayOfYear - 1 - monday + 10) / 7
        if week < 1 { return (year - 1, Self.isoWeekCount(year - 1)) }
        if week > Self.isoWeekCount(year) { return (year + 1, 1) }
        return (year, week)
    }

    private static func isoWeekCount(_ year: Int) -> Int {
        func lastDay(_ year: Int) -> Int { (year + year / 4 - year / 100 + year / 400) % 7 }
        return lastDay(year) == 4 || lastDay(year - 1) == 3 ? 53 : 52
    }
}
