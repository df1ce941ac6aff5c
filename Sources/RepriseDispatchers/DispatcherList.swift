import RepriseDispatch
import RepriseSystem

/// Every kind of engine, one line each.
package enum DispatcherList {
    package static let kinds: [String: any Dispatcher.Type] = [
        LocalProcess.kind: LocalProcess.self
    ]
}
