import RepriseModel
import RepriseSystem

/// Data that are not what an experiment counts on.
package enum DataError: RepriseError, Hashable {
    case missing(name: String, path: String)
    case changed(name: String, path: String, locked: DataContent, found: DataContent)
    case notAFile(name: String, path: String)
    case unsettled(path: String)
    case unreadableLock(path: String, reason: String)

    package var what: String {
        switch self {
        case .missing(let name, let path): "cannot find the data `\(name)` at `\(path)`"
        case .changed(let name, let path, _, _): "the data `\(name)` at `\(path)` are not what `reprise.lock` says"
        case .notAFile(let name, let path): "`\(path)` among the data `\(name)` is neither file nor folder"
        case .unsettled(let path): "`\(path)` changes while it is read"
        case .unreadableLock(let path, _): "cannot read `\(path)`"
        }
    }

    package var why: String? {
        switch self {
        case .missing, .unsettled: nil
        case .changed(_, _, let locked, let found): "locked: \(locked)\n       found:  \(found)"
        case .notAFile: "a socket, a device or a pipe has no content of its own"
        case .unreadableLock(_, let reason): reason
        }
    }

    package var fix: String? {
        switch self {
        case .missing(let name, _):
            "put it there, or correct `data.\(name)` in the experiment; paths count from its file"
        case .changed(let name, _, _, _):
            "bring the old content back, or accept the new one: `reprise data add EXPERIMENT \(name)`"
        case .notAFile: "take it out of the folder"
        case .unsettled: "wait until whatever writes it is done, then run the command again"
        case .unreadableLock:
            "bring it back from version control, or remove it: the next run then locks the data as they are"
        }
    }

    package var code: String {
        switch self {
        case .missing: "data-missing"
        case .changed: "data-changed"
        case .notAFile: "data-not-a-file"
        case .unsettled: "data-unsettled"
        case .unreadableLock: "data-lock-unreadable"
        }
    }
}

/// What a file or folder holds, in short.
package struct DataContent: Hashable, Sendable, CustomStringConvertible {
    package var digest: Digest
    package var bytes: Int64
    package var files: Int

    package init(digest: Digest, bytes: Int64, files: Int) {
        self.digest = digest
        self.bytes = bytes
        self.files = files
    }

    package var description: String {
        "sha256 \(digest), \(Quantities.text(bytes: bytes)) (\(bytes) bytes)" + (files == 1 ? "" : " in \(files) files")
    }
}
