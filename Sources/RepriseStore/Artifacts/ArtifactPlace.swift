import GRDB
import RepriseModel

/// Which table holds the artifacts of a path.
enum ArtifactPlace {
    /// An output of the run with this number; the path within the run, empty for all of them.
    case outputs(run: Int64, path: String)
    /// A file of no run: a model's, a trace's.
    case files(path: String)

    var path: String {
        switch self {
        case .outputs(_, let path), .files(let path): path
        }
    }
}

extension Database {
    /// Finds `<run id>/artifacts` in the path: what follows belongs to that run, whatever stands before it, since a project
    /// may keep its artifacts under a root of its own. An id that no run has is an ordinary name.
    func place(of path: ArtifactPath) throws -> ArtifactPlace {
        for (index, name) in path.names.enumerated().dropLast() where path.names[index + 1] == "artifacts" {
            guard let id = RunID(name), let number = try number(of: id) else { continue }
            return .outputs(run: number, path: path.names.dropFirst(index + 2).joined(separator: "/"))
        }
        return .files(path: path.description)
    }
}

extension Store {
    /// The URI below which clients find the artifacts of the run; nil where there is no such run.
    package func artifactRoot(of run: RunID) throws -> String? {
        try read { database in
            let query = try SQLQuery(
                database,
                """
                SELECT project.number, artifact_location FROM run JOIN project ON project.name = run.project
                WHERE run.id = ?1
                """,
                run
            )
            guard try query.step() else { return nil }
            return RepriseStore.artifactRoot(of: run, location: query.optionalText(1), project: query.int64(0))
        }
    }
}
