import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseSystem

/// What was set for the target of a job when it was handed over to an engine elsewhere, in a file of the job's folder.
///
/// It is written before the engine hears of the job, so that a job is found again though the site's files say something
/// else by then.
struct HandedSettings: Sendable {
    static let name = "target.json"

    let files: any FileSystem

    func write(_ target: TargetSettings, of job: LedgerJob) throws {
        let text = Value.map(target.values).canonical.json() + "\n"
        let path = Self.path(of: job)
        // Preparing a job again must not cost a write.
        if (try? files.text(path)) != text { try files.write(text, to: path) }
    }

    /// nil for a job that was never prepared for an engine elsewhere.
    func read(of job: LedgerJob) -> Mapping? {
        guard let text = try? files.text(Self.path(of: job)) else { return nil }
        return (try? Value(json: text))?.mapValue
    }

    private static func path(of job: LedgerJob) -> String {
        let folder = job.record.key.folder
        return (folder.isEmpty ? job.runFolder : job.runFolder + "/" + folder) + "/" + name
    }
}
