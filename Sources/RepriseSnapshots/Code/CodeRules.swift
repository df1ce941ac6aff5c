import RepriseModel
import RepriseSystem

/// What belongs to the code beyond the project's own ignore files.
package struct CodeRules: Hashable, Sendable {
    /// Patterns as in `.gitignore`. One with a slash inside counts from the experiment's folder, one without matches anywhere.
    package var exclude: [String]
    /// Files or folders below the experiment's folder that are code although they are ignored.
    package var include: [String]
    /// Files that may be in the code although they are large or look like secrets; below the experiment's folder or the root.
    package var allow: [String]
    /// Larger files stop the snapshot.
    package var largest: Int64

    package init(exclude: [String] = [], include: [String] = [], allow: [String] = [], largest: Int64 = 50 << 20) {
        self.exclude = exclude
        self.include = include
        self.allow = allow
        self.largest = largest
    }

    /// The exclusions as patterns at the tree's root.
    func patterns(in folder: String) -> [String] { exclude.map { rooted($0, in: folder, reach: .everywhere) } }

    /// The inclusions as paths below the tree's root.
    func includedPaths(in folder: String) -> [String] {
        include.map { joined(folder, $0.hasSuffix("/") ? String($0.dropLast()) : $0) }
    }

    func allows(_ path: PathBytes, in folder: String) -> Bool {
        guard !allow.isEmpty else { return false }
        let text = pathText(path)
        return allow.contains { text == $0 || text == joined(folder, $0) }
    }
}

/// `path` below `folder`, with `./` and `../` taken out.
func joined(_ folder: String, _ path: String) -> String {
    var parts = folder.split(separator: "/")
    for part in path.split(separator: "/") where part != "." {
        if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
}

enum PatternReach { case everywhere, folderOnly }

/// A `.gitignore` pattern of a folder, as one that means the same at the root.
func rooted(_ pattern: String, in folder: String, reach: PatternReach) -> String {
    guard !folder.isEmpty else { return pattern }
    var body = pattern[...]
    let isNegated = body.hasPrefix("!")
    if isNegated { body = body.dropFirst() }
    let isAnchored = body.dropLast().contains("/")
    if !isAnchored, reach == .everywhere { return pattern }
    let place = folder.map { "*?[]\\!#".contains($0) ? "\\\($0)" : String($0) }.joined()
    let rest = body.hasPrefix("/") ? body.dropFirst() : body
    return (isNegated ? "!" : "") + "/" + place + (isAnchored ? "/" : "/**/") + rest
}

/// The patterns in the text of an ignore file.
func ignorePatterns(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline)
        .compactMap { line in
            var pattern = line
            while pattern.hasSuffix(" "), !pattern.hasSuffix("\\ ") { pattern = pattern.dropLast() }
            return pattern.isEmpty || pattern.hasPrefix("#") ? nil : String(pattern)
        }
}
