import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTracking

/// What a step left, where later steps may begin before it was taken in: under second names in its own folder.
struct KeptOutputs: Sendable {
    static let folder = "kept"

    /// Bytes of the largest file that is kept, as the site says now.
    let limit: @Sendable () -> Int64
    let files: any FileSystem

    /// Whether the target's engine may begin a later step by itself.
    static func keepsAside(_ target: TargetSettings) -> Bool { !target.kind.executesHere && !target.stagesFiles }

    /// What is kept aside of a step; nil where none comes after it, or its code is nobody's own.
    static func patterns(_ step: StepRequest, of request: RunRequest) -> [String]? {
        guard let name = step.name, request.development == nil,
            request.steps.contains(where: { $0.needs.contains(name) })
        else { return nil }
        return (step.outputs + request.outputs).map(\.pattern)
    }

    /// Looks for outputs among the second names, where the job left such.
    func useKept(of job: Job, _ places: inout OutputCollector.Places) throws -> Bool {
        let kept = job.folder + "/" + Self.folder
        guard try files.exists(kept) else { return false }
        places.work = kept + "/work"
        places.outputs = kept + "/outputs"
        return true
    }

    /// Notes on those that somebody wrote to after the job had ended: they are the same file under both names.
    func changes(of job: Job, _ records: [OutputRecord]) throws -> [String] {
        guard let end = try files.status(job.folder + "/" + ExitFile.name)?.modified else { return [] }
        return try records.compactMap { record in
            let kept = job.folder + "/" + Self.folder + "/"
            let place = record.path.hasPrefix("outputs/") ? kept + record.path : kept + "work/" + record.path
            guard let status = try files.status(place), status.modified > end else { return nil }
            return "`\(record.path)` was written to by a later step before it was kept"
        }
    }
}
