import RepriseModel
import RepriseSystem

/// How names and values of Reprise fit into what MLflow allows.
enum MLflowNames {
    static let longestKey = 250
    static let longestParameter = 6000
    static let longestTag = 8000

    /// The name itself where MLflow takes it. Otherwise the nearest allowed one, with six digits of the name's digest behind
    /// it, so that two names never become one.
    static func key(_ name: String) -> String {
        guard !isAllowed(name) else { return name }
        let characters = name.map { isAllowed($0) ? $0 : "_" }
        let parts = String(characters).split(separator: "/").filter { $0 != "." && $0 != ".." }
        let plain = String(parts.joined(separator: "/").prefix(longestKey - 7))
        return plain + "-" + SHA256Hasher.digest(of: Array(name.utf8)).description.prefix(6)
    }

    /// Letters, digits, `_`, `-`, `.`, space, `:` and `/`, and nothing that a path would be written shorter without.
    private static func isAllowed(_ name: String) -> Bool {
        guard !name.isEmpty, name.unicodeScalars.count <= longestKey, name.allSatisfy(isAllowed) else { return false }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    private static func isAllowed(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_-. :/".contains(character)
    }

    /// The text, or as much of it as MLflow keeps, and whether that is less.
    static func limited(_ text: String, to limit: Int) -> (text: String, isCut: Bool) {
        // MLflow counts code points.
        let scalars = text.unicodeScalars
        guard scalars.count > limit else { return (text, false) }
        return (String(String.UnicodeScalarView(scalars.prefix(limit))), true)
    }

    static func status(_ state: RunState) -> String {
        switch state {
        case .queued, .submitted: "SCHEDULED"
        case .running: "RUNNING"
        case .finished: "FINISHED"
        case .failed, .lost: "FAILED"
        case .cancelled: "KILLED"
        }
    }
}
