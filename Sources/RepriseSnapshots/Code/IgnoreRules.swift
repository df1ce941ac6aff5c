import RepriseModel
import RepriseSystem

/// Everything outside `.gitignore` that decides what is code, as arguments of git.
struct IgnoreRules {
    /// `.repriseignore`, `code.exclude` and the store itself. They come before every `.gitignore`.
    var patterns: [String]
    /// Files in the manner of `.git/info/exclude`. They come after every `.gitignore`.
    var excludeFiles: [String]
    /// Changes when any of them does.
    var digest: String

    var arguments: [String] {
        ["--exclude-per-directory=.gitignore"] + excludeFiles.flatMap { ["-X", $0] } + patterns.flatMap { ["-x", $0] }
    }

    /// Those that a person wrote for Reprise, and that leave out even what the project's git tracks.
    var ownArguments: [String] { patterns.flatMap { ["-x", $0] } }
}

extension CodeCapture {
    func ignoreRules(_ memory: CaptureMemory, _ place: CapturePlace) throws -> IgnoreRules {
        var patterns: [String] = []
        for file in [".repriseignore"] + memory.ignoreFiles {
            let path = project.root + "/" + file
            guard try files.status(path)?.kind == .file else { continue }
            let folder = file == ".repriseignore" ? "" : RepriseSystem.folder(of: file)
            patterns += ignorePatterns(try files.text(path)).map { rooted($0, in: folder, reach: .folderOnly) }
        }
        patterns += rules.patterns(in: project.folder)
        if store.hasPrefix(project.root + "/") {
            patterns.append(rooted("/" + store.dropFirst(project.root.count + 1) + "/", in: "", reach: .everywhere))
        }
        patterns += [".reprise/"]
        let excludeFiles = try excludeFiles(memory.nested, place)
        let texts = try excludeFiles.map { try files.text($0) }
        let parts = patterns + ["\u{0}"] + texts + ["\u{0}"] + rules.include + [project.folder]
        let digest = SHA256Hasher.digest(of: parts.joined(separator: "\u{1}").utf8).description
        return IgnoreRules(patterns: patterns, excludeFiles: excludeFiles, digest: digest)
    }

    private func excludeFiles(_ nested: [String], _ place: CapturePlace) throws -> [String] {
        var paths: [String] = []
        if let own = project.git?.excludes, try files.status(own)?.kind == .file { paths.append(own) }
        var text = ""
        for folder in nested {
            guard let git = try gitFolder(in: project.root + "/" + folder, files: files),
                try files.status(git.excludes)?.kind == .file
            else { continue }
            for pattern in ignorePatterns(try files.text(git.excludes)) {
                text += rooted(pattern, in: folder, reach: .folderOnly) + "\n"
            }
        }
        guard !text.isEmpty else { return paths }
        try files.write(text, to: place.excludes)
        return paths + [place.excludes]
    }
}
