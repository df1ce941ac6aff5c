import RepriseModel
import RepriseSystem
import RepriseTracking

/// A file that only a tracker adds to. What was remembered of its length decides: bytes after that were written by a
/// sender that was killed before it could remember them, and go.
struct OwnedFile {
    let path: String
    let files: any FileSystem

    /// The failure, or nil when the bytes are on disk.
    func append(_ bytes: [UInt8], after length: Int64) -> DeliveryFailure? {
        do throws(FileError) {
            if length == 0 { try files.makeFolder(folder(of: path)) }
            if length > 0, try files.status(path) == nil {
                return .vanished("`\(path)` is no longer there")
            }
            try files.append(bytes, to: path, after: length)
            return nil
        } catch {
            let text = error.what + ": " + error.message
            return error.reason == .missing && length > 0 ? .vanished(text) : .unavailable(text)
        }
    }
}

/// Whether files can be made below the folder, told without leaving anything there.
func checkFolder(_ path: String, _ files: any FileSystem) throws -> String {
    var place = path
    while try !files.exists(place), folder(of: place) != place { place = folder(of: place) }
    guard try files.isFolder(place) || files.status(place)?.kind == .link else {
        throw Mistake("`\(place)` is no folder", code: "no-folder")
    }
    let probe = "\(place)/.reprise-check"
    do {
        _ = try files.create(probe, bytes: [], mode: 0o600)
        try files.remove(probe)
    }
    return place == path ? "`\(path)` can be written to" : "`\(path)` will be made in `\(place)`"
}
