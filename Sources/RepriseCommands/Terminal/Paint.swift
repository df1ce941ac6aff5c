import RepriseModel

/// A colour or weight that a terminal knows (ECMA-48, the parameters of SGR).
package enum Paint: Int, Hashable, Sendable {
    case bold = 1
    case faint = 2
    case red = 31
    case green = 32
    case yellow = 33
    case blue = 34
    case magenta = 35
    case cyan = 36

    package func applied(to text: String, _ isColoured: Bool) -> String {
        guard isColoured, !text.isEmpty else { return text }
        return "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
    }
}

extension RunState {
    package var paint: Paint {
        switch self {
        case .queued: .faint
        case .submitted: .blue
        case .running: .cyan
        case .finished: .green
        case .failed: .red
        case .cancelled: .yellow
        case .lost: .magenta
        }
    }
}
