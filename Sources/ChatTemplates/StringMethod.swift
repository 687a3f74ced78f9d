/// Methods of Python's strings.
enum StringMethod: String {
    case capitalize, casefold, center, count, encode, endswith, expandtabs, find, format
    case formatMap = "format_map"
    case index, isalnum, isalpha, isascii, isdecimal, isdigit, isidentifier, islower, isnumeric
    case isprintable, isspace, istitle, isupper, join, ljust, lower, lstrip, maketrans, partition
    case removeprefix, removesuffix, replace, rfind, rindex, rjust, rpartition, rsplit, rstrip
    case split, splitlines, startswith, strip, swapcase, title, translate, upper, zfill
}

extension Interpreter {
    /// Methods of safe text escape the texts that they are given.
    func call(
        _ method: StringMethod, on text: String, _ arguments: inout Arguments, isSafe: Bool = false
    ) throws(ChatTemplateError) -> Value {
        try budget.makeText(text.utf8.count)
        switch method {
        case .capitalize, .casefold, .lower, .swapcase, .title, .upper:
            try arguments.finish(method.rawValue)
            try budget.classify(text)
            return .string(try changedCase(method, text))
        case .isalnum, .isalpha, .isascii, .isdecimal, .isdigit, .isidentifier, .islower,
            .isnumeric, .isprintable, .isspace, .istitle, .isupper:
            try arguments.finish(method.rawValue)
            try budget.classify(text)
            return .bool(try holds(method, text))
        case .strip, .lstrip, .rstrip:
            let characters = try arguments.text("chars")
            try budget.walk(text)
            try arguments.finish(method.rawValue)
            let ends: PythonText.Ends =
                method == .strip ? .both : method == .lstrip ? .left : .right
            return .string(PythonText.stripped(text, characters, ends))
        case .split, .rsplit: return try split(method, text, &arguments)
        case .splitlines:
            let keepsEnds = arguments.flag("keepends") ?? false
            try budget.classify(text)
            try arguments.finish(method.rawValue)
            return try texts(PythonText.lines(text, keepsEnds: keepsEnds))
        case .partition, .rpartition: return try partition(method, text, &arguments)
        case .startswith, .endswith: return .bool(try matchesEnd(method, text, &arguments))
        case .find, .rfind, .index, .rindex, .count: return try find(method, text, &arguments)
        case .replace:
            let old = try arguments.requireText("old")
            let new = try arguments.require("new")
            guard let plain = new.text else { throw .fault("'replace' needs text") }
            let count = try arguments.integer("count")
            try arguments.finish(method.rawValue)
            return .string(
                try replaced(text, old, by: isSafe ? try html(new) : plain, count: count))
        case .removeprefix, .removesuffix:
            let affix = try arguments.requireText("affix")
            try arguments.finish(method.rawValue)
            return .string(Self.without(affix, text, isPrefix: method == .removeprefix))
        case .join:
            var items = try elements(of: try arguments.require("iterable"))
            try arguments.finish(method.rawValue)
            if isSafe {
                for (index, item) in items.enumerated() { items[index] = .markup(try html(item)) }
            }
            return .string(try joined(items, by: text, onlyText: true))
        case .center, .ljust, .rjust, .zfill: return .string(try pad(method, text, &arguments))
        case .format, .formatMap:
            guard method == .format, !isSafe else { throw Self.unsupported(method) }
            return .string(try braceFormat(text, &arguments))
        case .encode, .expandtabs, .maketrans, .translate: throw Self.unsupported(method)
        }
    }

    private static func unsupported(_ method: StringMethod) -> ChatTemplateError {
        .fault("the method '\(method.rawValue)' of strings is not supported")
    }

    private func changedCase(
        _ method: StringMethod, _ text: String
    ) throws(ChatTemplateError) -> String {
        switch method {
        case .capitalize: return PythonText.capitalized(text)
        case .lower: return PythonText.lower(text)
        case .swapcase: return PythonText.swappedCase(text)
        case .title: return PythonText.titled(text)
        case .upper: return PythonText.upper(text)
        default:
            guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
                throw .fault("'casefold' is supported for ASCII only")
            }
            return PythonText.lower(text)
        }
    }

    private func holds(
        _ method: StringMethod, _ text: String
    ) throws(ChatTemplateError) -> Bool {
        let scalars = text.unicodeScalars
        func all(_ property: (Unicode.Scalar) -> Bool) -> Bool {
            !scalars.isEmpty && scalars.allSatisfy(property)
        }
        let isTitle: (Unicode.Scalar) -> Bool = {
            $0.properties.generalCategory == .titlecaseLetter
        }
        switch method {
        case .isalpha: return all { $0.isPythonLetter }
        case .isalnum: return all { $0.isPythonLetter || $0.properties.numericType != nil }
        case .isascii: return scalars.allSatisfy { $0.isASCII }
        case .isdecimal: return all { $0.properties.numericType == .decimal }
        case .isdigit:
            return all {
                $0.properties.numericType == .decimal || $0.properties.numericType == .digit
            }
        case .isnumeric: return all { $0.properties.numericType != nil }
        case .isprintable: return scalars.allSatisfy { $0.isPythonPrintable }
        case .isspace: return all { $0.isPythonSpace }
        case .islower:
            return scalars.contains { $0.properties.isLowercase }
                && !scalars.contains { $0.properties.isUppercase || isTitle($0) }
        case .isupper:
            return scalars.contains { $0.properties.isUppercase }
                && !scalars.contains { $0.properties.isLowercase || isTitle($0) }
        case .istitle:
            return scalars.contains { $0.properties.isCased }
                && PythonText.titled(text).utf8.elementsEqual(text.utf8)
        default:
            return all { $0 == "_" || $0.properties.isXIDContinue }
                && (scalars.first.map { $0 == "_" || $0.properties.isXIDStart } ?? false)
        }
    }

    func texts(
        _ parts: [String], _ kind: ValueList.Kind = .list
    ) throws(ChatTemplateError) -> Value {
        try budget.makeList(parts.count)
        return .list(ValueList(flat: parts.map { .string($0) }, kind))
    }

    private func split(
        _ method: StringMethod, _ text: String, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let separator = try arguments.text("sep")
        let cutsMax = try arguments.integer("maxsplit") ?? -1
        try arguments.finish(method.rawValue)
        let cuts = cutsMax < 0 ? Int.max : cutsMax
        try budget.walk(text)
        // A text of n bytes has no more than n + 1 parts.
        try budget.makeList(min(cuts, text.utf8.count) + 1)
        guard let separator else {
            return try texts(
                method == .split
                    ? PythonText.words(text, cuts: cuts)
                    : PythonText.wordsFromRight(text, cuts: cuts))
        }
        guard !separator.isEmpty else { throw .fault("empty separator") }
        let parts = PythonText.split(
            text, by: separator, cuts: cuts, fromRight: method == .rsplit)
        return try texts(parts)
    }

    private func partition(
        _ method: StringMethod, _ text: String, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let separator = try arguments.requireText("sep")
        try arguments.finish(method.rawValue)
        guard !separator.isEmpty else { throw .fault("empty separator") }
        let isRight = method == .rpartition
        let parts = PythonText.split(text, by: separator, cuts: 1, fromRight: isRight)
        if parts.count == 2 { return try texts([parts[0], separator, parts[1]], .tuple) }
        return try texts(isRight ? ["", "", text] : [text, "", ""], .tuple)
    }

    private func matchesEnd(
        _ method: StringMethod, _ text: String, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Bool {
        let wanted = try arguments.require("affix")
        let part = try section(text, &arguments)
        try arguments.finish(method.rawValue)
        var candidates = [wanted]
        if case .list(let list) = wanted, list.isTuple { candidates = list.elements }
        guard let (content, _) = part else { return false }
        for candidate in candidates {
            guard let affix = candidate.text else {
                if case .undefined(let missing) = candidate { throw .fault(missing.message) }
                throw .fault(
                    "\(method.rawValue) first arg must be str or a tuple of str, not "
                        + candidate.typeName)
            }
            try budget.read(affix)
            let bytes = Array(content.utf8)
            let matches =
                method == .startswith
                ? bytes.starts(with: affix.utf8)
                : bytes.reversed().starts(with: affix.utf8.reversed())
            if matches { return true }
        }
        return false
    }

    /// The part of a text between `start` and `end`, and how many characters come before it. Nil if
    /// the start lies after the end.
    private func section(
        _ text: String, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> (text: String, offset: Int)? {
        let start = try arguments.integer("start")
        let end = try arguments.integer("end")
        guard start != nil || end != nil else { return (text, 0) }
        let scalars = Array(text.unicodeScalars)
        func bound(_ index: Int?, _ otherwise: Int) -> Int {
            guard let index else { return otherwise }
            return index < 0 ? max(0, max(index, -scalars.count) + scalars.count) : index
        }
        let (low, high) = (bound(start, 0), min(bound(end, scalars.count), scalars.count))
        guard low <= high else { return nil }
        return (String(String.UnicodeScalarView(scalars[low..<high])), low)
    }

    private func find(
        _ method: StringMethod, _ text: String, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let wanted = try arguments.requireText("sub")
        let part = try section(text, &arguments)
        try arguments.finish(method.rawValue)
        try budget.read(wanted)
        let bytes = Array((part?.text ?? "").utf8)
        let search = TextSearch(wanted)
        if method == .count {
            guard let part else { return .integer(0) }
            if wanted.isEmpty { return .integer(part.text.unicodeScalars.count + 1) }
            return .integer(search.all(in: bytes).count)
        }
        let fromRight = method == .rfind || method == .rindex
        let offset = fromRight ? search.last(in: bytes) : search.first(in: bytes)
        if let offset, let part {
            let before = String(decoding: bytes[..<offset], as: UTF8.self)
            return .integer(part.offset + before.unicodeScalars.count)
        }
        guard method == .find || method == .rfind else { throw .fault("substring not found") }
        return .integer(-1)
    }

    private static func without(_ affix: String, _ text: String, isPrefix: Bool) -> String {
        let bytes = Array(text.utf8)
        let count = affix.utf8.count
        if isPrefix, bytes.starts(with: affix.utf8) {
            return String(decoding: bytes[count...], as: UTF8.self)
        }
        if !isPrefix, bytes.reversed().starts(with: affix.utf8.reversed()) {
            return String(decoding: bytes[..<(bytes.count - count)], as: UTF8.self)
        }
        return text
    }

    private func pad(
        _ method: StringMethod, _ text: String, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> String {
        let width = try arguments.requireInteger("width")
        if method == .zfill {
            try arguments.finish(method.rawValue)
            let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
            let sign = hasSign ? String(text.prefix(1)) : ""
            let digits = hasSign ? String(text.dropFirst()) : text
            let rest = max(width, sign.count) - sign.count
            return sign + (try padded(digits, to: rest, with: "0", .right))
        }
        let fill = try arguments.text("fillchar") ?? " "
        try arguments.finish(method.rawValue)
        let alignment: Alignment =
            method == .center ? .center : method == .ljust ? .left : .right
        return try padded(text, to: width, with: fill, alignment)
    }

    /// Joins `items` as texts. With `onlyText` an item that is not text is an error.
    func joined(
        _ items: [Value], by separator: String, onlyText: Bool = false
    ) throws(ChatTemplateError) -> String {
        var result = ""
        for (index, item) in items.enumerated() {
            guard !onlyText || item.text != nil else {
                throw .fault(
                    "sequence item \(index): expected str instance, \(item.typeName) found")
            }
            try budget.step()
            let text = try string(item)
            let added = text.utf8.count + (index > 0 ? separator.utf8.count : 0)
            try budget.allowText(result.utf8.count + added)
            try budget.charge(added)
            if index > 0 { result += separator }
            result += text
        }
        return result
    }
}
