import RepriseModel

/// Whole trees of files under names of any bytes, in as few system calls as there can be.
///
/// Errors name the path as `pathText` writes it.
package protocol FileTree: Sendable {
    /// What lies at the path; nil where nothing does. A link is followed only if asked.
    func status(_ path: PathBytes, followingLinks: Bool) throws(FileError) -> FileStatus?

    /// Everything in the folder, without the folder itself; in no order, but a folder comes before what is in it.
    ///
    /// With `followingLinks`, a link counts as what it leads to; one that leads to a folder around itself, or nowhere,
    /// is an error. `enters` is asked for every folder, with its path below the root.
    func walk(
        _ folder: PathBytes,
        followingLinks: Bool,
        enters: (PathBytes) -> Bool
    ) throws(FileError) -> [TreeEntry]

    /// The first `limit` bytes of a regular file.
    func start(of path: PathBytes, limit: Int) throws(FileError) -> [UInt8]

    /// Makes the folder and those above it; one that exists is fine.
    func makeFolder(_ path: PathBytes) throws(FileError)

    /// Makes a new folder whose name begins with `path`, and returns its path. Folders above are made, too.
    func makeDraft(of path: String) throws(FileError) -> String

    func linkTarget(_ path: PathBytes) throws(FileError) -> PathBytes

    /// SHA-256 and size of a regular file's content, following links.
    func digest(_ path: PathBytes) throws(FileError) -> (digest: Digest, bytes: Int64)

    /// Copies a folder with its files, permission bits and links into one that does not exist yet, sharing blocks where
    /// the file system can. Folders become writable by their owner.
    func copy(_ folder: PathBytes, to newFolder: PathBytes) throws(FileError)

    /// Whether the file system of the folder shares blocks between files (FICLONE), tried out with a file of a few bytes.
    func sharesBlocks(_ folder: String) -> Bool

    /// Waits for the lock that the file stands for, and holds it until `body` ends. The kernel frees it with the process.
    func locked<Result>(_ path: String, _ body: () async throws -> Result) async throws -> Result
}

/// Something in a folder that was walked.
package struct TreeEntry: Hashable, Sendable {
    /// Below the walk's root, without a leading slash.
    package var path: PathBytes
    package var status: FileStatus

    package init(path: PathBytes, status: FileStatus) {
        self.path = path
        self.status = status
    }
}
