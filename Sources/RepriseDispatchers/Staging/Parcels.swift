import RepriseDispatch
import RepriseSystem

/// Makes the files that go with a job to where it is executed into one tar, for `StagingScript.unpack`.
///
/// Equal files make equal bytes: every time in it is the same. What lies in the run's folder but is not named stays here.
package struct Parcels: Sendable {
    private let files: any FileSystem

    package init(files: any FileSystem = LiveFileSystem()) { self.files = files }

    /// Writes the tar of what goes with a job, without code and data, and returns its size.
    @discardableResult
    package func write(_ parcel: JobParcel, to path: String) throws -> Int64 {
        try write(parcel.files, below: parcel.runFolder, gone: parcel.gone, to: path)
    }

    /// The same in memory; refuses more than `limit` bytes by `FileError.tooLarge`.
    package func tar(_ parcel: JobParcel, limit: Int) throws -> [UInt8] {
        try tar(parcel.files, below: parcel.runFolder, gone: parcel.gone, limit: limit)
    }

    /// Writes the tar and returns its size. `paths` lie below `folder`, the run's; what went away meanwhile is left out.
    ///
    /// `gone` is what came with the code and is to be removed again.
    @discardableResult
    package func write(_ paths: [String], below folder: String, gone: [String] = [], to path: String) throws -> Int64 {
        try files.remove(path)
        var tar = TarFile(path, files)
        try put(paths, below: folder, gone: gone, into: &tar)
        return try tar.finish()
    }

    /// The same in memory; refuses more than `limit` bytes by `FileError.tooLarge`.
    package func tar(_ paths: [String], below folder: String, gone: [String] = [], limit: Int) throws -> [UInt8] {
        var tar = TarFile(limit: limit, files)
        try put(paths, below: folder, gone: gone, into: &tar)
        try tar.finish()
        return tar.bytes
    }

    private func put(_ paths: [String], below folder: String, gone: [String], into tar: inout TarFile) throws {
        let lines = gone.filter { !$0.unicodeScalars.contains("\n") }.map { $0 + "\n" }.joined()
        try tar.add(Array(lines.utf8), as: Array("\(StagingScript.marks)/gone".utf8))
        for path in paths {
            do {
                let name = Array(path.utf8)
                let place = Array(folder.utf8)
                try tar.add(
                    folder + "/" + path,
                    as: name,
                    target: { StagedLink.target($0, at: name, place: place) }
                )
            } catch let error as FileError where error.reason == .missing || error.reason == .denied {
                continue
            }
        }
    }
}
