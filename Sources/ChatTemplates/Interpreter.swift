/// Renders one template once. This file runs statements; the extensions evaluate expressions,
/// filters and functions.
final class Interpreter {
    /// Where execution goes on after a statement.
    private enum Flow {
        case next, breakLoop, continueLoop
    }

    let budget: Budget
    let clock: WallClock?
    private let names: [String]
    private let globals: [GlobalFunction?]
    private var objects: [TemplateObject] = []
    private var output = ""
    /// The line of the current statement, for errors.
    private(set) var line = 0

    /// `globals` has an entry for each of `names`: the global function of that name, used if no
    /// variable has it.
    init(names: [String], globals: [GlobalFunction?], budget: Budget, clock: WallClock?) {
        self.names = names
        self.globals = globals
        self.budget = budget
        self.clock = clock
    }

    func render(_ body: [Statement], in scope: Scope) throws(ChatTemplateError) -> String {
        _ = try execute(body, scope)
        return output
    }

    // MARK: Objects

    func make(_ object: TemplateObject) throws(ChatTemplateError) -> Value {
        try budget.charge(Budget.elementBytes * 4)
        objects.append(object)
        return .object(ObjectID(index: objects.count - 1))
    }

    subscript(_ id: ObjectID) -> TemplateObject {
        get { objects[id.index] }
        set { objects[id.index] = newValue }
    }

    // MARK: Variables

    func variable(_ name: NameID, _ scope: Scope) -> Value {
        if let value = scope.value(name) { return value }
        if let function = globals[name] { return .function(function) }
        return .undefined(.name(names[name]))
    }

    private func assign(
        _ target: Target, _ value: Value, _ scope: Scope
    ) throws(ChatTemplateError) {
        switch target {
        case .name(let name): scope.set(name, value)
        case .attribute(let name, let attribute):
            guard case .object(let id) = variable(name, scope),
                case .namespace(var members) = self[id]
            else {
                throw .fault("cannot set an attribute of '\(names[name])', which is no namespace")
            }
            self[id] = .joiner(separator: .none, wasUsed: false)  // so that `members` is not copied
            defer { self[id] = .namespace(members) }
            try budget.makeList(1)
            try members.set(.string(attribute), value, budget)
        case .tuple(let targets):
            let elements = try elements(of: value)
            guard elements.count == targets.count else {
                throw .fault("\(elements.count) values for \(targets.count) targets")
            }
            for (target, element) in zip(targets, elements) { try assign(target, element, scope) }
        }
    }

    // MARK: Statements

    private func execute(
        _ body: [Statement], _ scope: Scope
    ) throws(ChatTemplateError) -> Flow {
        try budget.enter()
        defer { budget.leave() }
        for statement in body {
            try budget.step()
            line = statement.line
            let flow = try execute(statement.kind, scope)
            if flow != .next { return flow }
        }
        return .next
    }

    private func execute(
        _ statement: Statement.Kind, _ scope: Scope
    ) throws(ChatTemplateError) -> Flow {
        switch statement {
        case .text(let text): try write(text)
        case .output(let expression): try write(try string(try evaluate(expression, scope)))
        case .branches(let branches, let otherwise):
            for branch in branches where try evaluate(branch.test, scope).isTrue {
                return try execute(branch.body, scope)
            }
            return try execute(otherwise, scope)
        case .loop(let loop):
            return try execute(loop, over: try evaluate(loop.items, scope), scope)
        case .set(let target, let expression):
            try assign(target, try evaluate(expression, scope), scope)
        case .setBlock(let target, let filters, let body):
            let text = try capture(body, Scope(in: scope))
            try assign(target, try apply(filters, to: .string(text), scope), scope)
        case .macro(let macro):
            let value = try make(.macro(macro, scope))
            scope.set(macro.id, value)
        case .callBlock(let caller, let call):
            let callerValue = try make(.macro(caller, scope))
            try write(try string(try evaluate(call, scope, caller: callerValue)))
        case .filterBlock(let filters, let body):
            let text = try capture(body, Scope(in: scope))
            try write(try string(try apply(filters, to: .string(text), scope)))
        case .with(let assignments, let body):
            let inside = Scope(in: scope)
            for (target, value) in assignments {
                try assign(target, try evaluate(value, scope), inside)
            }
            return try execute(body, inside)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .next
    }

    private func execute(
        _ loop: Loop, over value: Value, _ scope: Scope, depth: Int = 0
    ) throws(ChatTemplateError) -> Flow {
        var items = try elements(of: value)
        if let test = loop.test {
            var kept: [Value] = []
            for item in items {
                let inside = Scope(in: scope)
                try assign(loop.target, item, inside)
                if try evaluate(test, inside).isTrue { kept.append(item) }
            }
            items = kept
        }
        let state = LoopState(
            items: items, depth: depth, again: loop.isRecursive ? (loop, scope) : nil)
        guard case .object(let id) = try make(.loop(state)) else { return .next }
        var hasCompleted = false
        for (index, item) in items.enumerated() {
            if case .loop(var state) = self[id] {
                state.index = index
                self[id] = .loop(state)
            }
            let inside = Scope(in: scope)
            inside.set(Parser.loopName, .object(id))
            try assign(loop.target, item, inside)
            let flow = try execute(loop.body, inside)
            if flow == .breakLoop { break }
            if flow == .next { hasCompleted = true }
        }
        // As in Jinja, `else` runs unless an iteration reached the end of the body.
        return hasCompleted ? .next : try execute(loop.otherwise, Scope(in: scope))
    }

    /// `loop(items)`: runs the loop over other items, one level deeper, and returns what it prints.
    func repeated(_ state: LoopState, over items: Value) throws(ChatTemplateError) -> String {
        guard let again = state.again else {
            throw .fault("the loop must have the 'recursive' marker to be called")
        }
        return try capture { () throws(ChatTemplateError) in
            _ = try execute(again.loop, over: items, again.scope, depth: state.depth + 1)
        }
    }

    // MARK: Output

    private func write(_ text: String) throws(ChatTemplateError) {
        try budget.allowText(output.utf8.count + text.utf8.count)
        try budget.charge(text.utf8.count)
        output += text
    }

    /// Runs `body` and returns what it prints.
    func capture(_ body: [Statement], _ scope: Scope) throws(ChatTemplateError) -> String {
        try capture { () throws(ChatTemplateError) in _ = try execute(body, scope) }
    }

    private func capture(
        _ work: () throws(ChatTemplateError) -> Void
    ) throws(ChatTemplateError) -> String {
        let outside = output
        output = ""
        defer { output = outside }
        try work()
        return output
    }

    private func apply(
        _ filters: [FilterCall], to value: Value, _ scope: Scope
    ) throws(ChatTemplateError) -> Value {
        var result = value
        for filter in filters { result = try apply(filter, to: result, scope) }
        return result
    }
}
