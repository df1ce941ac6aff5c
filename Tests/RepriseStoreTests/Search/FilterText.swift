@testable import RepriseStore

extension SearchFilter {
    /// One text for one meaning, to compare with in tests.
    var summary: String {
        switch self {
        case .all(let parts): "(" + parts.map(\.summary).joined(separator: " & ") + ")"
        case .any(let parts): "(" + parts.map(\.summary).joined(separator: " | ") + ")"
        case .not(let part): "!" + part.summary
        case .term(let term): term.summary
        }
    }
}

extension SearchTerm {
    var summary: String { "\(entity.rawValue)[\(key)] \(comparison.rawValue)\(operand.summary)" }
}

extension SearchOperand {
    fileprivate var summary: String {
        switch self {
        case .none: ""
        case .text(let text): " '\(text)'"
        case .texts(let texts): " " + texts.map { "'\($0)'" }.joined(separator: ",")
        case .integer(let integer): " \(integer)"
        case .integers(let integers): " " + integers.map(String.init).joined(separator: ",")
        case .number(let number): " \(number)"
        }
    }
}
