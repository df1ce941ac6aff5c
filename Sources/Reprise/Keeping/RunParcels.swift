import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// What travels with the jobs of targets that do not see this machine's files, and what came back from there.
struct RunParcels: Sendable {
    let store: Store
    let folders: RunFolders
    let archives: CodeArchives
    let changes: WorkspaceChanges

    /// What goes with a job whose folder is ready.
    func parcel(of job: LedgerJob, _ request: RunRequest, plan: WorkspacePlan) async throws -> JobParcel {
        let code = try await folders.manifest(request.frozen()).code
        try check(request, plan, on: job.target)
        let key = job.record.key
        let archive = try await archives.archive(of: code)
        let below = key.folder.isEmpty ? "" : key.folder + "/"
        var parcel = bare(job, request)
        // An item may be a link to what it means.
        for index in parcel.data.indices {
            parcel.data[index].path = try store.files.pathWithoutLinks(parcel.data[index].path)
        }
        parcel.code = JobParcel.Archive(path: archive.path, name: "code-" + archive.digest.description.prefix(32))
        parcel.files = ["run.json", "parameters.json", below + "run.sh"]
        // The first job of a run finds nothing but the code.
        guard key.attempt > 1 || !job.needs.isEmpty else { return parcel }
        let left = try await changes.changes(in: job.runFolder, since: code)
        parcel.files += left.files
        parcel.gone = left.gone
        return parcel
    }

    /// The same for a job that went there before: enough to fetch what it leaves.
    func bare(_ job: LedgerJob, _ request: RunRequest) -> JobParcel {
        JobParcel(
            runFolder: job.runFolder,
            files: [],
            data: request.data.map {
                JobParcel.Data(
                    name: $0.name,
                    path: $0.path,
                    content: "data-" + $0.digest.description.prefix(32),
                    isFolder: $0.isFolder
                )
            }
        )
    }

    private func check(_ request: RunRequest, _ plan: WorkspacePlan, on target: String) throws {
        if request.development != nil {
            throw Mistake(
                "a run of the files as they are at each moment cannot be executed on `\(target)`",
                why: "its machines do not see this machine's files",
                fix: "run it without `--dev`, or on a target of this machine",
                code: "development-elsewhere"
            )
        }
        guard plan == .copied else {
            throw Mistake(
                "run `\(request.id.short)` cannot go on on `\(target)`",
                why:
                    "its folder was made ready for this machine alone, before the target became one that does not see it",
                fix: "queue it again: `reprise repeat \(request.id.short)`",
                code: "run-made-ready-here"
            )
        }
    }

    /// Writes down what could not be brought back.
    func noteLosses(of job: Job) throws {
        let path = job.folder + "/" + Leavings.notes
        guard try store.files.exists(path) else { return }
        for note in try store.files.text(path).split(separator: "\n") { try store.note(String(note), on: job.key.run) }
    }
}
