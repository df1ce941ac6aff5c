import RepriseModel
import RepriseSystem

/// Folders of batches that nobody needs any more: whoever made them was killed before it submitted them, or before it saw
/// their last job end.
package struct SlurmLeftovers: Sendable {
    private let files: any FileSystem
    /// Where the folders of batches lie.
    private let folder: String

    package init(_ folder: String, files: any FileSystem) {
        self.folder = folder
        self.files = files
    }

    /// The paths of batches that changed last before `moment`, and that none of the open jobs in these folders belongs to.
    package func batches(before moment: Timestamp, besides open: [String]) throws -> [String] {
        guard try files.exists(folder) else { return [] }
        let needed = Set(open.compactMap(batch))
        return try files.names(in: folder).sorted()
            .filter { name in
                let path = "\(folder)/\(name)"
                guard !needed.contains(name), try files.exists("\(path)/size") else { return false }
                guard let status = try files.status(path), status.kind == .folder else { return false }
                return status.changed / 1_000_000 < moment.milliseconds
            }
            .map { "\(folder)/\($0)" }
    }

    /// The name of the batch that the job of a folder belongs to; nil where it was never submitted.
    private func batch(ofJobIn folder: String) -> String? {
        guard let text = try? files.text("\(folder)/\(SlurmJobFiles.submission)") else { return nil }
        return text.split(separator: "\n").first.map(String.init)
    }
}
