import RepriseDispatch
import RepriseModel

/// A cluster that does not let anybody in who was let in before, such as after a login that has expired: for a person to mend,
/// and tried again until then.
struct KubernetesAway: EngineAway, Hashable {
    var cause: KubernetesError

    /// The error as it is told in the middle of things.
    static func passing(_ error: any Error) -> any Error {
        switch error as? KubernetesError {
        case .unauthorized(let words)?: KubernetesAway(cause: .unauthorized(words: words))
        case .badConfiguration(let words)?: KubernetesAway(cause: .badConfiguration(words: words))
        default: error
        }
    }

    var what: String { cause.what }
    var why: String? { cause.why }
    var fix: String? { cause.fix }
    var code: String { cause.code }
    var fault: Fault { .world }
}
