import RepriseDispatch
import RepriseModel

/// A cluster that does not let anybody in who was let in before, such as after a login that has expired: for a person to mend,
/// and tried again until then. So is one that forbids what it is about to allow: an API server that has just begun does not
/// know yet who may do what.
struct KubernetesAway: EngineAway, Hashable {
    var cause: KubernetesError

    /// How long a cluster may forbid something until it is believed.
    static let doubt = Duration.seconds(60)

    /// The error as it is told in the middle of things. `forbidden` is for how long the cluster has forbidden this.
    static func passing(_ error: any Error, forbidden: Duration) -> any Error {
        switch error as? KubernetesError {
        case .notPermitted(let words, let namespace)? where forbidden < doubt:
            KubernetesAway(cause: .notPermitted(words: words, namespace: namespace))
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
