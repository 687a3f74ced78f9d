/// What is left of a rendering's limits. Every operation pays before it works, so a template
/// reaches its limit before it takes the memory.
final class Budget {
    /// The bytes charged for an element of a list, besides the text it holds.
    static let elementBytes = 32

    /// The bytes charged for comparing a name with another.
    private static let nameBytes = 8

    /// Walking a text by characters is charged as this many copies of it.
    private static let walkFactor = 4
    /// Looking up every character's case or kind is charged as this many copies of the text.
    private static let propertyFactor = 16

    let limits: ChatTemplateLimits
    private var steps: Int
    private var bytes: Int
    private var depth = 0

    init(_ limits: ChatTemplateLimits) {
        self.limits = limits
        steps = limits.stepsMax
        bytes = limits.workBytesMax
    }

    /// Pays for visiting one statement, expression or element.
    func step() throws(ChatTemplateError) {
        steps -= 1
        guard steps >= 0 else {
            throw .limit(line: 0, message: "more than \(limits.stepsMax) steps")
        }
    }

    /// Pays for reading or making `count` bytes; `count` must not be negative.
    func charge(_ count: Int) throws(ChatTemplateError) {
        guard count <= bytes else {
            throw .limit(line: 0, message: "more than \(limits.workBytesMax) bytes of work")
        }
        bytes -= count
    }

    /// Pays for reading `text`.
    func read(_ text: String) throws(ChatTemplateError) {
        try charge(text.utf8.count)
    }

    /// Pays for iterating over the characters of `text`.
    func walk(_ text: String) throws(ChatTemplateError) {
        try charge(text.utf8.count * Self.walkFactor)
    }

    /// Pays for looking up the case or kind of every character of `text`.
    func classify(_ text: String) throws(ChatTemplateError) {
        try charge(text.utf8.count * Self.propertyFactor)
    }

    /// Pays for a text of `count` copies of `unit` bytes that is about to be made.
    func makeText(_ unit: Int, times count: Int = 1) throws(ChatTemplateError) {
        let (total, overflow) = unit.multipliedReportingOverflow(by: count)
        try allowText(overflow ? Int.max : total)
        try charge(total)
    }

    /// Throws if a text of `count` bytes is too long. Pays nothing.
    func allowText(_ count: Int) throws(ChatTemplateError) {
        guard count <= limits.outputBytesMax else {
            throw .limit(line: 0, message: "a text longer than \(limits.outputBytesMax) bytes")
        }
    }

    /// Pays for a list of `count` elements that is about to be made.
    func makeList(_ count: Int, times factor: Int = 1) throws(ChatTemplateError) {
        let (elements, overflow) = count.multipliedReportingOverflow(by: factor)
        let (total, overflowToo) = elements.multipliedReportingOverflow(by: Self.elementBytes)
        try charge(overflow || overflowToo ? Int.max : total)
    }

    /// Pays for `count` searches, each through `size` names in order.
    func search(_ size: Int, times count: Int = 1) throws(ChatTemplateError) {
        try charge(size * count * Self.nameBytes)  // as many as a source has: far from overflow
    }

    /// Pays for one more level of nesting; `leave` gives it back.
    func enter() throws(ChatTemplateError) {
        try step()
        guard depth < limits.depthMax else {
            throw .limit(line: 0, message: "nested more than \(limits.depthMax) levels deep")
        }
        depth += 1
    }

    func leave() { depth -= 1 }
}
