// HTML as `striptags` and `escape` see it.
extension Interpreter {
    /// A value as HTML: safe text as it is, others escaped.
    func html(_ value: Value) throws(ChatTemplateError) -> String {
        if case .markup(let text) = value { return text }
        return try escaped(try string(value))
    }

    /// HTML's special characters as entities, in MarkupSafe's spelling.
    func escaped(_ text: String) throws(ChatTemplateError) -> String {
        try budget.makeText(text.utf8.count, times: 5)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): result.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): result.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): result.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "'"): result.append(contentsOf: "&#39;".utf8)
            case UInt8(ascii: "\""): result.append(contentsOf: "&#34;".utf8)
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The text without comments and tags. Runs of white space become one space, entities become
    /// characters.
    func withoutTags(_ text: String) throws(ChatTemplateError) -> String {
        let bytes = Array(text.utf8)
        let commentEnd = TextSearch("-->")
        var kept: [UInt8] = []
        var position = 0
        while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
            let end: Int?
            if bytes[start...].starts(with: "<!--".utf8) {
                end = commentEnd.first(in: bytes, from: start + 4).map { $0 + 3 }
            } else {
                end = bytes[start...].firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 }
            }
            guard let end else { break }  // an unclosed tag stays
            kept += bytes[position..<start]
            position = end
        }
        kept += bytes[position...]
        try budget.makeList(kept.count)  // there are no more words than bytes
        let words = PythonText.words(String(decoding: kept, as: UTF8.self), cuts: .max)
        return try HTMLEntities.unescaped(words.joined(separator: " "))
    }
}

/// HTML's named and numeric character references, as Python's `html.unescape` reads them. The names
/// of HTML 4 are known; the other names of HTML 5, some two thousand, are an error.
enum HTMLEntities {
    /// How long a name may be.
    private static let nameMax = 32

    static func unescaped(_ text: String) throws(ChatTemplateError) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "&", let (character, after) = try entity(rest) {
                result.append(contentsOf: character)
                rest = after
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Reads an entity after its `&`: the characters it means, and the text that follows. Nil if it
    /// is not an entity.
    private static func entity(
        _ rest: Substring.UnicodeScalarView
    ) throws(ChatTemplateError) -> ([Unicode.Scalar], Substring.UnicodeScalarView)? {
        if rest.first == "#" { return numbered(rest.dropFirst()) }
        let name = rest.prefix(nameMax).prefix { !"\t\n\u{0C} <&#;".unicodeScalars.contains($0) }
        guard !name.isEmpty else { return nil }
        let after = rest[name.endIndex...]
        let isClosed = after.first == ";"
        if isClosed, let scalar = named[String(name)] { return ([scalar], after.dropFirst()) }
        if isClosed, name.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit }) {
            throw .fault("the entity '&\(String(name));' is not supported")
        }
        // Some old names need no semicolon. The longest one that the text begins with counts.
        for length in stride(from: name.count, to: 1, by: -1) {
            let prefix = name.prefix(length)
            if let scalar = old[String(prefix)] { return ([scalar], rest[prefix.endIndex...]) }
        }
        return nil
    }

    private static func numbered(
        _ rest: Substring.UnicodeScalarView
    ) -> ([Unicode.Scalar], Substring.UnicodeScalarView)? {
        let isHexadecimal = rest.first == "x" || rest.first == "X"
        let digits = rest.dropFirst(isHexadecimal ? 1 : 0).prefix {
            $0.isASCIIDigit || (isHexadecimal && Character($0).isHexDigit && $0.isASCII)
        }
        guard !digits.isEmpty else { return nil }
        var after = rest[digits.endIndex...]
        if after.first == ";" { after = after.dropFirst() }
        let significant = digits.drop { $0 == "0" }
        let number =
            significant.isEmpty
            ? 0 : UInt32(String(significant), radix: isHexadecimal ? 16 : 10) ?? .max
        return (scalars(number), after)
    }

    /// The characters of a numeric reference; none for numbers that HTML forbids.
    private static func scalars(_ number: UInt32) -> [Unicode.Scalar] {
        switch number {
        case 0: return ["\u{FFFD}"]
        case 0x80...0x9F: return [windows[Int(number - 0x80)]]
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
        default:
            guard let scalar = Unicode.Scalar(number) else { return ["\u{FFFD}"] }
            return number & 0xFFFE == 0xFFFE ? [] : [scalar]
        }
    }

    /// Windows-1252's characters 0x80 to 0x9F: HTML reads these numeric references so.
    private static let windows = Array(
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ".unicodeScalars)

    private static let old: [String: Unicode.Scalar] = {
        var names: [String: Unicode.Scalar] = [
            "amp": "&", "AMP": "&", "lt": "<", "LT": "<", "gt": ">", "GT": ">", "quot": "\"",
            "QUOT": "\"", "COPY": "©", "REG": "®",
        ]
        for (index, name) in latin.split(separator: " ").enumerated() {
            names[String(name)] = Unicode.Scalar(UInt8(0xA0 + index))
        }
        return names
    }()

    private static let named: [String: Unicode.Scalar] = {
        var names = old
        names["apos"] = "'"
        for pair in others.split(separator: " ") {
            let parts = pair.split(separator: "=")
            guard let number = UInt32(parts[1], radix: 16) else { continue }
            names[String(parts[0])] = Unicode.Scalar(number)
        }
        return names
    }()

    /// The names of 0xA0 to 0xFF.
    private static let latin = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr \
        deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 \
        frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc \
        Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times \
        Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml \
        aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde \
        ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn \
        yuml
        """

    private static let others = """
        Alpha=391 Beta=392 Chi=3a7 Dagger=2021 Delta=394 Epsilon=395 Eta=397 Gamma=393 \
        Iota=399 Kappa=39a Lambda=39b Mu=39c Nu=39d OElig=152 Omega=3a9 Omicron=39f Phi=3a6 \
        Pi=3a0 Prime=2033 Psi=3a8 Rho=3a1 Scaron=160 Sigma=3a3 Tau=3a4 Theta=398 Upsilon=3a5 \
        Xi=39e Yuml=178 Zeta=396 alefsym=2135 alpha=3b1 and=2227 ang=2220 asymp=2248 \
        bdquo=201e beta=3b2 bull=2022 cap=2229 chi=3c7 circ=2c6 clubs=2663 cong=2245 \
        crarr=21b5 cup=222a dArr=21d3 dagger=2020 darr=2193 delta=3b4 diams=2666 empty=2205 \
        emsp=2003 ensp=2002 epsilon=3b5 equiv=2261 eta=3b7 euro=20ac exist=2203 fnof=192 \
        forall=2200 frasl=2044 gamma=3b3 ge=2265 hArr=21d4 harr=2194 hearts=2665 hellip=2026 \
        image=2111 infin=221e int=222b iota=3b9 isin=2208 kappa=3ba lArr=21d0 lambda=3bb \
        lang=27e8 larr=2190 lceil=2308 ldquo=201c le=2264 lfloor=230a lowast=2217 loz=25ca \
        lrm=200e lsaquo=2039 lsquo=2018 mdash=2014 minus=2212 mu=3bc nabla=2207 ndash=2013 \
        ne=2260 ni=220b notin=2209 nsub=2284 nu=3bd oelig=153 oline=203e omega=3c9 \
        omicron=3bf oplus=2295 or=2228 otimes=2297 part=2202 permil=2030 perp=22a5 phi=3c6 \
        pi=3c0 piv=3d6 prime=2032 prod=220f prop=221d psi=3c8 rArr=21d2 radic=221a rang=27e9 \
        rarr=2192 rceil=2309 rdquo=201d real=211c rfloor=230b rho=3c1 rlm=200f rsaquo=203a \
        rsquo=2019 sbquo=201a scaron=161 sdot=22c5 sigma=3c3 sigmaf=3c2 sim=223c spades=2660 \
        sub=2282 sube=2286 sum=2211 sup=2283 supe=2287 tau=3c4 there4=2234 theta=3b8 \
        thetasym=3d1 thinsp=2009 tilde=2dc trade=2122 uArr=21d1 uarr=2191 upsih=3d2 \
        upsilon=3c5 weierp=2118 xi=3be zeta=3b6 zwj=200d zwnj=200c
        """
}
