import RepriseSystem

/// What stands before the tags of each event file, so that two writers of one run never share a series.
///
/// The first folder with event files gives its tags as they are. Every other one puts before them the shortest end of its
/// path that is still free: `version_1/` beside `version_0`, and below the first folder the whole way from there. A folder
/// named for a part of the data, as Keras makes them, always has its name before its tags: `train/loss`.
package struct EventKeys: Sendable {
    private static let parts: Set<String> = ["train", "training", "validation", "valid", "val", "test", "eval"]

    private var prefixes: [String: String] = [:]
    private var taken: Set<String> = []

    /// Takes over what was decided before: the sources of the run that the store knows.
    package init(sources: some Sequence<String>) {
        for source in sources {
            let (name, prefix) = EventKeys.parted(source)
            guard name.contains("tfevents") else { continue }
            prefixes[folder(of: name)] = prefix
            taken.insert(prefix)
        }
    }

    /// What stands before the tags of that file, by its path below the run's folder. The same for every file of one folder.
    package mutating func prefix(of name: String) -> String {
        let place = folder(of: name)
        if let known = prefixes[place] { return known }
        let prefix = choices(place).first { !taken.contains($0) } ?? place + "/"
        prefixes[place] = prefix
        taken.insert(prefix)
        return prefix
    }

    /// Under which name the store keeps how far the file was read; what was decided about it is part of it.
    package static func source(_ name: String, prefix: String) -> String {
        prefix.isEmpty ? name : "\(name) as \(prefix)"
    }

    private static func parted(_ source: String) -> (name: String, prefix: String) {
        guard source.hasSuffix("/"), let place = source.ranges(of: " as ").last else { return (source, "") }
        return (String(source[..<place.lowerBound]), String(source[place.upperBound...]))
    }

    private func choices(_ place: String) -> [String] {
        let names = place.split(separator: "/")
        if let first = prefixes.first(where: { $0.value.isEmpty })?.key, place.hasPrefix(first + "/") {
            return [String(place.dropFirst(first.count + 1)) + "/"]
        }
        let least = names.last.map { EventKeys.parts.contains(String($0)) } == true ? 1 : 0
        return (least...max(least, names.count)).map { count in names.suffix(count).map { $0 + "/" }.joined() }
    }
}
