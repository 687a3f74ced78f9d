// `strftime` in the C locale, with glibc's flags `-`, `_`, `0` and `^`.
extension WallClock {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    /// Replaces the directives of `format`. A directive that C does not know is an error.
    package func formatted(_ format: String) throws(ChatTemplateError) -> String {
        var result = ""
        var rest = Array(format.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var flag: Unicode.Scalar?
            if let next = rest.first, "-_0^".unicodeScalars.contains(next) {
                flag = rest.popFirst()
            }
            guard let directive = rest.popFirst() else {
                throw .fault("a strftime format ends in '%'")
            }
            result += try text(directive, flag)
        }
        return result
    }

    private func text(
        _ directive: Unicode.Scalar, _ flag: Unicode.Scalar?
    ) throws(ChatTemplateError) -> String {
        if let (number, width, fill) = number(directive) {
            return Self.padded(number, width, flag, fill)
        }
        let text: String
        switch directive {
        case "a": text = String(Self.weekdays[weekday].prefix(3))
        case "A": text = Self.weekdays[weekday]
        case "b", "h": text = String(Self.months[month - 1].prefix(3))
        case "B": text = Self.months[month - 1]
        case "p": text = hour < 12 ? "AM" : "PM"
        case "P": text = hour < 12 ? "am" : "pm"
        case "c": text = try formatted("%a %b %e %H:%M:%S %Y")
        case "x", "D": text = try formatted("%m/%d/%y")
        case "X", "T": text = try formatted("%H:%M:%S")
        case "F": text = try formatted("%Y-%m-%d")
        case "R": text = try formatted("%H:%M")
        case "r": text = try formatted("%I:%M:%S %p")
        case "n": text = "\n"
        case "t": text = "\t"
        case "%": text = "%"
        case "Z", "z": text = ""
        default: throw .fault("strftime does not know '%\(directive)'")
        }
        return flag == "^" ? PythonText.upper(text) : text
    }

    /// A directive that prints a number: its value, its width and the character that pads it.
    private func number(
        _ directive: Unicode.Scalar
    ) -> (number: Int, width: Int, fill: Character)? {
        let twelve = (hour + 11) % 12 + 1
        switch directive {
        case "d": return (day, 2, "0")
        case "e": return (day, 2, " ")
        case "m": return (month, 2, "0")
        case "y": return (year % 100, 2, "0")
        case "Y": return (year, 1, "0")
        case "C": return (year / 100, 2, "0")
        case "H": return (hour, 2, "0")
        case "k": return (hour, 2, " ")
        case "I": return (twelve, 2, "0")
        case "l": return (twelve, 2, " ")
        case "M": return (minute, 2, "0")
        case "S": return (second, 2, "0")
        case "f": return (microsecond, 6, "0")
        case "j": return (dayOfYear, 3, "0")
        case "w": return (weekday, 1, "0")
        case "u": return ((weekday + 6) % 7 + 1, 1, "0")
        case "U": return ((dayOfYear + 6 - weekday) / 7, 2, "0")
        case "W": return ((dayOfYear + 6 - (weekday + 6) % 7) / 7, 2, "0")
        case "V": return (isoWeek.week, 2, "0")
        case "G": return (isoWeek.year, 1, "0")
        case "g": return (isoWeek.year % 100, 2, "0")
        default: return nil
        }
    }

    private static func padded(
        _ number: Int, _ width: Int, _ flag: Unicode.Scalar?, _ fill: Character
    ) -> String {
        let digits = String(number)
        if flag == "-" { return digits }
        let fill: Character = flag == "_" ? " " : flag == "0" ? "0" : fill
        return String(repeating: fill, count: max(0, width - digits.count)) + digits
    }
}
