import RepriseSystem

/// What `RemoteWorkspaceScript.leavings` wrote into a file, job by job: archives that stand one after the other.
///
/// Where the connection was cut, all that came before is whole.
struct RemoteLeavings: Sendable {
    enum Part: Hashable, Sendable {
        /// An archive that begins at that position of the file.
        case archive(from: Int64)
        /// There is nothing of the job there.
        case gone
    }

    /// By the jobs' numbers in the order in which they were asked for.
    private(set) var parts: [Int: Part] = [:]
    /// What stands behind those that are whole is none of ours.
    private(set) var damage: TarDamage?

    init(_ path: String, files: any FileSystem) throws {
        var reader = TarReader(path, files)
        do {
            while let line = try reader.line() {
                let words = line.split(separator: " ")
                guard words.count == 2, let number = Int(words[1]) else { throw TarDamage(path: path, isCut: false) }
                if words[0] == "gone" {
                    parts[number] = .gone
                    continue
                }
                let start = reader.position
                while try reader.next() != nil {}
                guard try reader.line() == "end \(number)" else { throw TarDamage(path: path, isCut: true) }
                parts[number] = .archive(from: start)
            }
        } catch let error as TarDamage { damage = error }
    }
}
