import RepriseSystem

/// A link that leads somewhere in its run's folder leads there in a copy of the folder, too.
enum StagedLink {
    /// What the link at `path`, below a run's folder at `place`, leads to in any place: an absolute target in that folder
    /// becomes relative, everything else stays.
    static func target(_ target: PathBytes, at path: PathBytes, place: PathBytes) -> PathBytes {
        guard !place.isEmpty, target == place || target.starts(with: place + [0x2F]) else { return target }
        let inner = target.dropFirst(place.count).drop { $0 == 0x2F }
        let depth = path.split(separator: 0x2F).count - 1
        let up = [PathBytes](repeating: [0x2E, 0x2E], count: depth)
        let parts = up + (inner.isEmpty ? [] : [Array(inner)])
        return parts.isEmpty ? [0x2E] : Array(parts.joined(separator: [0x2F]))
    }
}
