import RepriseModel
import RepriseSystem

/// The changes of a listing, looked at: what goes into the index, and what leaves it.
struct CodeChanges: Sendable {
    var removed: [PathBytes] = []
    var kept: [PathBytes] = []
    /// The content of `kept` together.
    var bytes: Int64 = 0
    var refused: [CodeRefused.File] = []

    var isEmpty: Bool { removed.isEmpty && kept.isEmpty }
}

extension CodeCapture {
    /// Looks at each path, in two tasks where there are many, and throws `CodeRefused` where a file should not be there.
    func scan(_ paths: [PathBytes]) async throws -> CodeChanges {
        let middle = paths.count > 200 ? paths.count / 2 : 0
        async let first = look(at: paths[..<middle])
        var changes = try await look(at: paths[middle...])
        let half = try await first
        changes.removed += half.removed
        changes.kept = half.kept + changes.kept
        changes.bytes += half.bytes
        changes.refused = half.refused + changes.refused
        guard changes.refused.isEmpty else {
            throw CodeRefused(files: changes.refused.sorted { $0.path < $1.path }, largest: rules.largest)
        }
        dropHidden(&changes)
        return changes
    }

    private func look(at paths: ArraySlice<PathBytes>) async throws -> CodeChanges {
        var changes = CodeChanges()
        for path in paths {
            let full = rootBytes + path
            let status = try trees.status(full, followingLinks: false)
            switch status?.kind {
            case .link: changes.kept.append(path)
            case .file:
                let bytes = status?.bytes ?? 0
                if let finding = try finding(path, full: full, bytes: bytes), !rules.allows(path, in: project.folder) {
                    changes.refused.append(.init(path: pathText(path), bytes: bytes, finding: finding))
                }
                changes.kept.append(path)
                changes.bytes += bytes
            default: changes.removed.append(path)
            }
        }
        return changes
    }

    private func finding(_ path: PathBytes, full: PathBytes, bytes: Int64) throws -> CodeFinding? {
        if bytes > rules.largest { return .large(bytes) }
        if bytes == 0 { return nil }
        if isSecretName(path) { return .secretName }
        // A token stands in a small text; more would cost more than git itself.
        return bytes <= 256 << 10 ? secret(in: try trees.start(of: full, limit: Int(bytes))) : nil
    }

    /// What lies behind a folder that has become a link is gone, although a look at it still finds something.
    private func dropHidden(_ changes: inout CodeChanges) {
        let links = Set(
            changes.kept.filter { (try? trees.status(rootBytes + $0, followingLinks: false))?.kind == .link }
        )
        guard !links.isEmpty else { return }
        let isHidden = { (path: PathBytes) in
            path.indices.contains { path[$0] == 0x2F && links.contains(Array(path[..<$0])) }
        }
        // git takes them out of the index when it adds the link.
        changes.kept.removeAll(where: isHidden)
        changes.removed.removeAll(where: isHidden)
    }
}
