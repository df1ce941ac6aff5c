import RepriseModel

/// One thing that differed between two executions and may have made the difference.
public struct Factor: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case code, command, environment, data, parameter, seed, variable, determinism, resources, target, machine
    }

    public var kind: Kind
    /// What exactly: `optimizer.lr`, `package.numpy`, `cpu.model`; the kind's own name where there is but one.
    public var name: String
    /// What the original had; nil where it had none.
    public var left: Value?
    public var right: Value?
    /// For code: the paths whose content differs, sorted.
    public var files: [String]

    public init(kind: Kind, name: String, left: Value?, right: Value?, files: [String] = []) {
        self.kind = kind
        self.name = name
        self.left = left
        self.right = right
        self.files = files
    }

    /// `package.numpy 1.26.4 became 2.0.0`, `variable LANG added: C`.
    public var words: String {
        let title = name == kind.rawValue ? name : "\(kind.rawValue) \(name)"
        let change =
            switch (left, right) {
            case (let left?, let right?): "\(title) \(excerpt(left.text.utf8)) became \(excerpt(right.text.utf8))"
            case (let left?, nil): "\(title) removed: \(excerpt(left.text.utf8))"
            case (nil, let right?): "\(title) added: \(excerpt(right.text.utf8))"
            case (nil, nil): "\(title) changed"
            }
        guard !files.isEmpty else { return change }
        let shown = files.prefix(3).joined(separator: ", ")
        return change + " (\(shown)\(files.count > 3 ? " and \(files.count - 3) more" : ""))"
    }
}
