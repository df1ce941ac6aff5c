import RepriseDispatch
import RepriseModel

/// AWS takes no jobs at the moment, which passes by itself or by a person: nobody's mistake, and tried again.
package struct AWSAway: EngineAway {
    package var cause: AWSError

    package var what: String { cause.what }
    package var why: String? { cause.why }
    package var fix: String? { cause.fix }
    package var code: String { cause.code }
    package var fault: Fault { .world }

    /// The error as it is told of jobs that were to be handed over.
    static func passing(_ error: any Error) -> any Error {
        switch error as? AWSError {
        case .unreachable, .busy, .expired, .queueClosed: (error as? AWSError).map(AWSAway.init) ?? error
        default: error
        }
    }
}
