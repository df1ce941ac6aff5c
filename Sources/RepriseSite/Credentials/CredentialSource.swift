import OrderedCollections
import RepriseModel

/// Where the site says that a secret is found.
package enum CredentialSource: Hashable, Sendable {
    case variable(String)
    case file(String)
    /// A command line for `sh`, or a program with its arguments.
    case command([String])

    init?(_ value: Value) {
        guard let map = value.mapValue, map.count == 1, let (key, content) = map.elements.first else { return nil }
        switch (key, content) {
        case ("variable", .string(let name)) where !name.isEmpty: self = .variable(name)
        case ("file", .string(let path)) where !path.isEmpty: self = .file(path)
        case ("command", .string(let line)) where !line.isEmpty: self = .command(["sh", "-c", line])
        case ("command", .list(let items)):
            let words = items.compactMap(\.stringValue)
            guard !words.isEmpty, words.count == items.count else { return nil }
            self = .command(words)
        default: return nil
        }
    }

    /// Refuses anything but one of the three forms. The message never repeats the value: it may be the secret.
    static func check(_ value: Value, name: String, place: Place) throws {
        guard CredentialSource(value) == nil else { return }
        let isLiteral = value.mapValue == nil && value.listValue == nil
        throw Mistake(
            isLiteral ? "`\(name)` holds a value itself" : "`\(name)` says not where the secret is found",
            why: isLiteral
                ? "a secret in a site file ends up in copies and snapshots"
                : "it should be \(SettingType.credential.expectation)",
            fix:
                "put the secret into a variable, a file of mode 600 or a password store, and write `{variable: NAME}`, `{file: PATH}` or `{command: \"pass show NAME\"}`",
            code: isLiteral ? "literal-secret" : "wrong-type",
            place: place
        )
    }
}
