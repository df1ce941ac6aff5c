import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What files in a job's folder tell of its `srun`.
struct SrunFiles {
    /// Stands in the claim of a job that was cancelled before it began.
    static let cancelled = "cancelled"

    private let folder: String
    private let files: any FileSystem

    init(_ job: Job, _ files: any FileSystem) { self.init(job.folder, files) }

    init(_ folder: String, _ files: any FileSystem) {
        self.folder = folder
        self.files = files
    }

    /// Whether it lives, or somebody is about to begin it.
    var isAlive: Bool {
        do { return try FileLock("\(folder)/\(SrunScript.lock)", creating: false) == nil } catch {
            return error.reason != .missing
        }
    }

    /// Whether it was begun, whatever has become of it.
    var isBegun: Bool {
        ((try? files.exists("\(folder)/\(SrunScript.begun)")) ?? true) || isAlive
    }

    /// Whether it ended, or was killed, and not well; nobody can tell that of one that another machine began and that lives.
    var mayBeForgotten: Bool { !isAlive && (status.map { $0 != 0 } ?? !isElsewhere) }

    /// As if it had never been begun. The note of that goes last.
    func forget() {
        for name in ["slurm.log", SrunScript.status, SrunScript.begun] { try? files.remove("\(folder)/\(name)") }
    }

    /// With what it ended; nil where it lives, or was killed.
    var status: Int? {
        (try? files.text("\(folder)/\(SrunScript.status)")).flatMap { Int($0.filter { !$0.isWhitespace }) }
    }

    var log: String { (try? files.text(folder + "/slurm.log")) ?? "" }

    /// Whether another machine began it, whose locks this one may not see.
    var isElsewhere: Bool {
        guard let here = try? files.text("/proc/sys/kernel/hostname"), let host = note.last, note.count == 2 else {
            return false
        }
        return host != here.filter { !$0.isWhitespace }
    }

    /// The number and the machine of the process that executes `srun.sh`.
    private var note: [String] {
        let text = (try? files.text("\(folder)/\(SrunScript.begun)")) ?? ""
        return text.split { $0 == " " || $0 == "\n" }.map(String.init)
    }

    /// The leader of its session, where that lives on this machine.
    var process: Int32? {
        guard isAlive, !isElsewhere, let process = note.first.flatMap({ Int32($0) }), process > 1,
            ProcessTable().workingFolder(of: process) == folder
        else { return nil }
        return process
    }
}
