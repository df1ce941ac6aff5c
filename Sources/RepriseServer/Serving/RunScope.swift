import RepriseModel
import RepriseStore

/// A path such as `/runs/<run id>/api/2.0/…`: the call of a program that Reprise has started, which knows the server by a
/// URL of its own.
struct RunScope: Hashable, Sendable {
    let run: RunID

    /// The scope that the path begins with, and the call in it; nil where it begins with none.
    static func split(_ path: Substring) -> (scope: RunScope, call: Substring)? {
        guard path.hasPrefix("/runs/") else { return nil }
        let rest = path.dropFirst("/runs/".count)
        guard let run = RunID(rest.prefix(32)) else { return nil }
        let call = rest.dropFirst(32)
        guard call.isEmpty || call.hasPrefix("/") else { return nil }
        return (RunScope(run: run), call)
    }

    /// The fields as the program would have sent them if it had known its project.
    ///
    /// Whatever experiment a program asks for by name is the project of its run: a client that has set another would refuse
    /// to log into the run.
    func narrowed(_ fields: RequestFields, of route: String, in store: Store) throws -> RequestFields {
        guard route == "experiments/get-by-name", let project = try store.projectName(of: run) else { return fields }
        var fields = fields
        fields.set("experiment_name", to: .string(project))
        return fields
    }
}
