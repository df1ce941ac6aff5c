import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseYAML

/// Finds out what stands behind the name that a person gave, and reads the experiments from it.
///
/// A `*.yaml`, `*.yml` or `*.json` file holds one experiment. A `.py` file with a function `spec()` and any
/// executable make one experiment or a list of them.
package struct ExperimentSource: Sendable {
    let files: any FileSystem
    let processes: any ProcessRunner
    /// The absolute folder from which relative names are seen.
    let folder: String

    package init(files: any FileSystem, processes: any ProcessRunner, folder: String) {
        self.files = files
        self.processes = processes
        self.folder = folder
    }

    /// Reads the experiments; more than one only where a program made a list. Runs that program, and nothing else.
    package func load(_ name: String) async throws -> [ExperimentFile] {
        let path = resolvedPath(name, in: folder)
        guard let status = try status(path) else { throw missing(name, path: path) }
        guard status.kind != .folder else { throw isFolder(name, path: path) }
        if [".yaml", ".yml", ".json"].contains(where: name.hasSuffix) { return [try file(path, shown: name)] }
        if name.hasSuffix(".py"), try status.mode & 0o111 == 0 || definesSpec(path) {
            return try await ExperimentProgram(source: self, path: path, shown: name).python()
        }
        guard status.mode & 0o111 != 0 else {
            throw Mistake(
                "`\(name)` is neither YAML nor a program",
                why: "it does not end in `.yaml`, `.yml`, `.json` or `.py`, and is not executable",
                fix: "name it `\(name).exp.yaml`, or make it executable: `chmod +x \(shellQuoted(name))`",
                code: "not-an-experiment"
            )
        }
        return try await ExperimentProgram(source: self, path: path, shown: name).executable()
    }

    private func file(_ path: String, shown: String) throws -> ExperimentFile {
        var reader = ExtendsReader(files: files)
        let root = try reader.read(path, shown: shown)
        return ExperimentFile(
            root: root,
            source: shown,
            folder: folderOfPath(path),
            folders: reader.folders,
            files: reader.paths
        )
    }

    private func status(_ path: String) throws -> FileStatus? {
        var path = path
        for _ in 0..<20 {
            guard let status = try files.status(path) else { return nil }
            guard status.kind == .link else { return status }
            path = resolvedPath(try files.linkTarget(path), in: folderOfPath(path))
        }
        return nil
    }

    private func definesSpec(_ path: String) throws -> Bool {
        let text = String(decoding: try files.read(path, limit: 8 << 20), as: UTF8.self)
        return text.split(separator: "\n").contains { $0.hasPrefix("def spec(") || $0.hasPrefix("spec =") }
    }

    private func missing(_ name: String, path: String) -> Mistake {
        let there = ((try? files.names(in: folderOfPath(path))) ?? []).filter { !$0.hasPrefix(".") }
        let near =
            nearestName(to: nameOfPath(path), among: there)
            ?? there.first { $0.hasPrefix(nameOfPath(path) + ".") && $0.hasSuffix(".exp.yaml") }
        let folder = folderOfPath(name) == "." ? "" : folderOfPath(name) + "/"
        return Mistake(
            "there is no experiment `\(name)`",
            fix: near.map { "did you mean `\(folder)\($0)`?" } ?? "`reprise init` writes a first one",
            code: "file-missing"
        )
    }

    private func isFolder(_ name: String, path: String) -> Mistake {
        let there = ((try? files.names(in: path)) ?? []).filter { $0.hasSuffix(".exp.yaml") || $0 == "specs.py" }
        let named = there.prefix(5).map { "`\(resolvedPath($0, in: name))`" }.joined(separator: " or ")
        return Mistake(
            "`\(name)` is a folder",
            fix: there.isEmpty ? "name an experiment file" : "name \(named)",
            code: "not-an-experiment"
        )
    }
}
