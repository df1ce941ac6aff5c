import RepriseExperiments
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// Runs of `run --dev`, which see the project's files as they are at each moment.
extension Laboratory {
    /// The tag by which lists know such runs.
    public static var developmentTag: String { "working-tree" }

    func checkDevelopment(_ options: RunOptions) throws {
        guard options.development, options.snapshot != nil else { return }
        throw Mistake(
            "a run sees either the working tree or a kept snapshot",
            fix: "leave out `--dev` or `--snapshot`",
            code: "dev-with-snapshot"
        )
    }

    func checkDevelopment(_ options: RunOptions, on target: TargetSettings) throws {
        guard options.development, target.stagesFiles else { return }
        throw Mistake(
            "`--dev` cannot run on target `\(target.name)`",
            why: "its jobs do not see the files of this machine",
            fix: "leave out `--dev`: then the code travels as a snapshot",
            code: "dev-elsewhere"
        )
    }

    /// The requests as `--dev` has them: on the project's own folder.
    func developed(_ requests: [RunRequest], _ plan: LaunchPlan, in store: Store) throws -> [RunRequest] {
        guard plan.options.development, let part = plan.plans.first else { return requests }
        let project = try projectRoot(of: part.folder, store: store.folder.root, files: world.files).root
        return requests.map { request in
            var request = request
            request.development = project
            if !request.tags.contains(Self.developmentTag) { request.tags.append(Self.developmentTag) }
            return request
        }
    }
}
