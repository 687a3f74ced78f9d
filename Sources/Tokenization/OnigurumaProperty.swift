/// Translates Oniguruma's names of sets of characters to PCRE2's.
enum OnigurumaProperty {
    /// A name without what Oniguruma ignores in names: case, spaces, `_` and `-`.
    static func plain(_ name: String) -> String {
        name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" }
    }

    /// PCRE2's name of a property that is neither a bracket nor a category. To PCRE2 a script's
    /// bare name means its script extensions, so scripts get a prefix.
    static func other(_ name: String) -> String {
        let plain = plain(name)
        return name.count <= 2 || plain == "any" || binary.contains(plain) ? name : "sc:" + name
    }

    /// Binary properties.
    private static let binary: Set<String> = [
        "alphabetic", "ahex", "asciihexdigit", "bidic", "bidicontrol", "bidimirrored", "cased",
        "caseignorable", "changeswhencasefolded", "changeswhencasemapped",
        "changeswhenlowercased", "changeswhentitlecased", "changeswhenuppercased", "dash",
        "defaultignorablecodepoint", "deprecated", "diacritic", "emoji", "emojicomponent",
        "emojimodifier", "emojimodifierbase", "emojipresentation", "extendedpictographic",
        "extender", "graphemebase", "graphemeextend", "graphemelink", "hexdigit", "idcontinue",
        "ideographic", "idsbinaryoperator", "idstart", "idstrinaryoperator", "joincontrol",
        "logicalorderexception", "lowercase", "math", "noncharactercodepoint", "patternsyntax",
        "patternwhitespace", "prependedconcatenationmark", "quotationmark", "radical",
        "regionalindicator", "sentenceterminal", "softdotted", "terminalpunctuation",
        "unifiedideograph", "uppercase", "variationselector", "whitespace", "xidcontinue",
        "xidstart",
    ]

    /// POSIX brackets, whose names are also names of properties; with their members as written in a
    /// class.
    static let brackets: [String: String] = [
        "alnum": "\\p{Alphabetic}\\p{Nd}",
        "alpha": "\\p{Alphabetic}",
        "ascii": "\\x{00}-\\x{7F}",
        "blank": "\\p{Zs}\\x{09}",
        "cntrl": "\\p{Cc}",
        "digit": "\\p{Nd}",
        "graph": "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}",
        "lower": "\\p{Lowercase}",
        "print": "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}\\p{Zs}",
        "punct": "\\p{P}\\p{S}",
        "space": "\\p{White_Space}",
        "upper": "\\p{Uppercase}",
        "word": "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}",
        "xdigit": "0-9A-Fa-f",
    ]

    /// General categories by their long names, and the one whose short name is different.
    static let categories: [String: String] = [
        "casedletter": "L&", "lc": "L&", "closepunctuation": "Pe", "connectorpunctuation": "Pc",
        "control": "Cc", "currencysymbol": "Sc", "dashpunctuation": "Pd", "decimalnumber": "Nd",
        "enclosingmark": "Me", "finalpunctuation": "Pf", "format": "Cf",
        "initialpunctuation": "Pi", "letter": "L", "letternumber": "Nl", "lineseparator": "Zl",
        "lowercaseletter": "Ll", "mark": "M", "mathsymbol": "Sm", "modifierletter": "Lm",
        "modifiersymbol": "Sk", "nonspacingmark": "Mn", "number": "N", "openpunctuation": "Ps",
        "other": "C", "otherletter": "Lo", "othernumber": "No", "otherpunctuation": "Po",
        "othersymbol": "So", "paragraphseparator": "Zp", "privateuse": "Co", "punctuation": "P",
        "separator": "Z", "spaceseparator": "Zs", "spacingmark": "Mc", "surrogate": "Cs",
        "symbol": "S", "titlecaseletter": "Lt", "unassigned": "Cn", "uppercaseletter": "Lu",
    ]
}
