/// One thing in a tar archive. Paths are as the archive has them: nothing is said about where they lead.
package struct TarEntry: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case file, folder
        case link(to: PathBytes)
        /// The same file as an earlier entry of that path.
        case sameAs(PathBytes)
        /// A device, a pipe, or what nobody here knows.
        case other
    }

    package var path: PathBytes
    package var kind: Kind
    /// Permission bits.
    package var mode: Int
    /// Of the content that follows; 0 for all but files.
    package var bytes: Int64
    /// Seconds since 1970.
    package var modified: Int64

    package init(path: PathBytes, kind: Kind, mode: Int, bytes: Int64 = 0, modified: Int64 = TarWriting.epoch) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.bytes = bytes
        self.modified = modified
    }
}
