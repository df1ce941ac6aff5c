import GRDB
import RepriseModel

/// What a person may hear about the store itself.
package enum StoreError: RepriseError, Hashable {
    /// No `.reprise` in the folder or above it.
    case missing(start: String)
    /// The project has none yet. With its experiment, where there is one alone.
    case noRuns(folder: String, file: String?)
    case notAStore(folder: String)
    case newer(folder: String, version: Int, known: Int)
    case networkFileSystem(folder: String)
    case busy(folder: String)
    case diskFull(folder: String)
    /// It is somebody else's.
    case notPermitted(folder: String, message: String)
    /// SQLite's own words.
    case database(folder: String, message: String)
    case damaged(folder: String, message: String)
    case unknownRun(String, nearest: String?)
    case ambiguousRun(String, candidates: [String])
    case unknownSnapshot(String, nearest: String?)
    case ambiguousSnapshot(String, candidates: [String])
    case snapshotNameTaken(String)
    /// A run that has not ended cannot be deleted.
    case stillOpen(RunID)
    /// Nothing can be added to a deleted run.
    case runDeleted(RunID)
    /// A parameter keeps the value that it has.
    case parameterChanged(key: String, old: String, new: String)
    /// By number.
    case unknownProject(String)
    case projectDeleted(Int64)
    case projectExists(String, isDeleted: Bool)
    case unknownJob(String)
    /// The kept bytes are not those that the digest names.
    case damagedObject(Digest, path: String)
    case missingObject(Digest)
    case refusedSQL(String)
    case slowSQL(milliseconds: Int64)

    package var what: String {
        switch self {
        case .missing(let start): "no store in `\(start)` or above it"
        case .noRuns(let folder, _): "no runs yet in `\(folder)`"
        case .notAStore(let folder): "`\(folder)` is no store of Reprise"
        case .newer(let folder, let version, _): "the store `\(folder)` has format \(version)"
        case .networkFileSystem(let folder): "`\(folder)` lies on a network file system"
        case .busy(let folder): "another process has kept the store `\(folder)` locked"
        case .diskFull(let folder): "no room on the disk of the store `\(folder)`"
        case .notPermitted(let folder, _): "cannot write in the store `\(folder)`"
        case .database(let folder, _): "the database of the store `\(folder)` refused"
        case .damaged(let folder, _): "the database of the store `\(folder)` is damaged"
        case .unknownRun(let name, _): "no run `\(name)`"
        case .ambiguousRun(let name, _): "`\(name)` names more than one run"
        case .unknownSnapshot(let name, _): "no snapshot `\(name)`"
        case .ambiguousSnapshot(let name, _): "`\(name)` names more than one snapshot"
        case .snapshotNameTaken(let name): "another snapshot is already named `\(name)`"
        case .stillOpen(let run): "run `\(run.short)` has not ended"
        case .runDeleted(let run): "run `\(run.short)` is deleted"
        case .parameterChanged(let key, let old, let new): "parameter `\(key)` is `\(old)` and cannot become `\(new)`"
        case .unknownProject(let project): "no project `\(project)`"
        case .projectDeleted(let project): "project \(project) is deleted"
        case .projectExists(let name, let isDeleted):
            "a \(isDeleted ? "deleted " : "")project is already named `\(name)`"
        case .unknownJob(let key): "the store knows no job `\(key)`"
        case .damagedObject(let digest, _): "the kept file \(digest.short) is damaged"
        case .missingObject(let digest): "the kept file \(digest.short) is gone"
        case .refusedSQL: "the query was refused"
        case .slowSQL(let milliseconds): "the query took longer than \(Quantities.text(milliseconds: milliseconds))"
        }
    }

    package var why: String? {
        switch self {
        case .newer(_, _, let known): "this `reprise` knows formats up to \(known)"
        case .networkFileSystem: "locks do not hold there, so that two machines could damage the database"
        case .database(_, let message), .damaged(_, let message), .refusedSQL(let message): message
        case .notPermitted(_, let message):
            "it is another user's, or its disk takes nothing" + (message.isEmpty ? "" : ": " + message)
        case .ambiguousRun(_, let candidates), .ambiguousSnapshot(_, let candidates):
            "it may mean " + candidates.map { "`\($0)`" }.joined(separator: ", ")
        case .damagedObject(_, let path): "`\(path)` no longer has the digest that it is kept under"
        default: nil
        }
    }

    package var fix: String? {
        switch self {
        case .missing: "run `reprise init` in the project's folder, or name a store by `REPRISE_HOME`"
        case .noRuns(_, let file): "`reprise run \(file ?? "FILE")` makes the first"
        case .notAStore: "name another folder by `REPRISE_HOME`"
        case .newer: "use the newer `reprise` that wrote it"
        case .networkFileSystem: "set `REPRISE_HOME` to a folder on a disk of this machine"
        case .busy: "wait for it to end, and look for it with `fuser reprise.db`"
        case .diskFull: "make room (`reprise gc` frees what no kept run needs), then run the command again"
        case .notPermitted: "keep your runs in a store of your own: `REPRISE_HOME` names its folder"
        case .database: nil
        case .damaged: "run `reprise doctor`, or restore `reprise.db` from a backup"
        case .unknownRun(_, let nearest): nearest.map { "did you mean `\($0)`?" } ?? "`reprise list` shows the runs"
        case .unknownSnapshot(_, let nearest):
            nearest.map { "did you mean `\($0)`?" } ?? "`reprise snapshot list` shows the snapshots"
        case .ambiguousRun, .ambiguousSnapshot: "give more of the id"
        case .snapshotNameTaken: "choose another name"
        case .stillOpen(let run): "`reprise stop \(run.short)` first"
        case .runDeleted(let run): "`reprise restore \(run.short)` brings it back"
        case .parameterChanged: "log it under another name, or into another run"
        case .unknownProject: nil
        case .projectDeleted: "restore it first"
        case .projectExists(_, let isDeleted): isDeleted ? "restore it, or choose another name" : "choose another name"
        case .unknownJob: nil
        case .damagedObject, .missingObject: "`reprise repeat` makes it again from the snapshot"
        case .refusedSQL: "the views are `runs`, `params`, `metrics`, `tags` and `outputs`"
        case .slowSQL: "narrow it with `WHERE` or `LIMIT`"
        }
    }

    package var code: String {
        switch self {
        case .missing, .noRuns: "store-missing"
        case .notAStore: "store-unknown"
        case .newer: "store-newer"
        case .networkFileSystem: "store-on-network"
        case .busy: "store-busy"
        case .diskFull: "disk-full"
        case .notPermitted: "store-not-permitted"
        case .database: "store-database"
        case .damaged: "store-damaged"
        case .unknownRun: "unknown-run"
        case .ambiguousRun: "ambiguous-run"
        case .unknownSnapshot: "unknown-snapshot"
        case .ambiguousSnapshot: "ambiguous-snapshot"
        case .snapshotNameTaken: "snapshot-name-taken"
        case .stillOpen: "run-not-ended"
        case .runDeleted: "run-deleted"
        case .parameterChanged: "parameter-changed"
        case .unknownProject: "unknown-project"
        case .projectDeleted: "project-deleted"
        case .projectExists: "project-exists"
        case .unknownJob: "unknown-job"
        case .damagedObject: "object-damaged"
        case .missingObject: "object-missing"
        case .refusedSQL: "sql-refused"
        case .slowSQL: "sql-slow"
        }
    }

    package var fault: Fault {
        switch self {
        case .busy, .diskFull, .database, .damaged, .damagedObject, .missingObject: .world
        case .unknownJob: .bug
        default: .usage
        }
    }
}

extension StoreError {
    /// What a person hears for an error of SQLite.
    init(_ error: DatabaseError, folder: String) {
        let message = error.message ?? "error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(folder: folder)
        case .SQLITE_FULL: self = .diskFull(folder: folder)
        case .SQLITE_READONLY, .SQLITE_PERM: self = .notPermitted(folder: folder, message: message)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(folder: folder, message: message)
        default: self = .database(folder: folder, message: message)
        }
    }
}
