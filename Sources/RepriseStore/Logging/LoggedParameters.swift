import GRDB
import RepriseModel

extension Database {
    /// Adds parameters to the run. The same value again changes nothing; another one is refused.
    func log(_ parameters: [(String, String)], of run: ActiveRun) throws {
        guard !parameters.isEmpty else { return }
        var position = try SQLQuery.number(self, "SELECT count(*) FROM parameter WHERE run = ?1", run.number) ?? 0
        for (name, text) in parameters {
            if let known = try parameter(name, of: run.number) {
                guard known.text == text || run.origin == nil && known.isMeant(by: text) else {
                    throw StoreError.parameterChanged(key: name, old: known.text, new: text)
                }
                continue
            }
            let value = KeptValue(Value(logged: text))
            try SQLQuery.run(
                self,
                "INSERT INTO parameter (run, name, position, kind, value) VALUES (?1, ?2, ?3, ?4, ?5)",
                run.number,
                name,
                position,
                value.kind.rawValue,
                value
            )
            position += 1
        }
    }

    private func parameter(_ name: String, of run: Int64) throws -> Value? {
        let query = try SQLQuery(
            self,
            "SELECT kind, value FROM parameter WHERE run = ?1 AND name = ?2",
            run,
            name
        )
        return try query.step() ? query.keptValue(kind: 0, value: 1) : nil
    }
}

extension Value {
    /// The value of a parameter that came as text: typed where the typed value's own text is that very text, so that numbers
    /// compare as numbers and the client gets back what it sent.
    init(logged text: String) {
        if let integer = Int64(text), String(integer) == text {
            self = .integer(integer)
        } else if text == "true" || text == "false" {
            self = .bool(text == "true")
        } else if let number = Double(text), Value.number(number).text == text {
            self = .number(number)
        } else {
            self = .string(text)
        }
    }

    /// Whether a program that was given this value may have logged it as that text, in another spelling of the same.
    fileprivate func isMeant(by text: String) -> Bool {
        switch self {
        case .bool(let flag): text == (flag ? "True" : "False")
        case .null: text == "None"
        case .integer, .number: Double(text) == doubleValue || doubleValue?.isNaN == true && text.lowercased() == "nan"
        case .string, .list, .map: false
        }
    }
}
