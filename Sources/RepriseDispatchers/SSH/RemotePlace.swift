import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Where things lie in a workspace of another machine.
///
/// Every job has a run's folder of its own there, so that none finds another's half-written outputs in it.
struct RemotePlace: Hashable, Sendable {
    /// Absolute.
    var root: String

    func absolute(_ path: String) -> String { root + "/" + path }

    /// Below the root, as everything that follows.
    static func run(of job: Job) -> String { "jobs/\(job.key)" }

    static func folder(of job: Job) -> String {
        let folder = job.key.folder
        return run(of: job) + (folder.isEmpty ? "" : "/" + folder)
    }

    /// Of the image in that file here, whose name is that of its content.
    static func image(_ path: String) -> String { "images/" + lastName(of: path) }

    static func batch(_ name: String) -> String { "batches/" + name }

    /// The run's folder here, of a job whose folder is known.
    static func runFolder(of job: Job) -> String {
        let folder = job.key.folder
        guard !folder.isEmpty, job.folder.hasSuffix("/" + folder) else { return job.folder }
        return String(job.folder.dropLast(folder.count + 1))
    }
}

/// What a look or a probe tells of the machine that a workspace lies on.
struct RemoteFacts: Hashable, Sendable {
    var root = ""
    /// By that machine's clock.
    var clock: Timestamp?
    /// Bytes.
    var free: Int64?
    var programs: Set<String> = []

    static let needed = ["tar", "gzip", "find", "awk"]

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "place": root = parts[1]
            case "clock": clock = Int64(parts[1]).map { Timestamp(milliseconds: $0) }
            case "free": free = Int64(parts[1]).map { $0 << 10 }
            case "has": programs.insert(parts[1])
            default: break
            }
        }
    }
}
