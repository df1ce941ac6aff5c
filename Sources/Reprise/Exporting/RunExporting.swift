import RepriseModel
import RepriseStore
import RepriseSystem

/// In which form runs are handed on.
public enum ExportFormat: String, Hashable, Sendable, CaseIterable {
    /// A row a run: state, parameters, last value of each metric.
    case csv
    /// Everything that is kept, one document.
    case json
    /// A folder with an RO-Crate: metadata, outputs, and each run's request.
    case rocrate = "ro-crate"
}

extension Laboratory {
    /// The runs as one text; of `csv` and `json` only.
    public func exportText(_ runs: [RunID], as format: ExportFormat) throws -> String {
        let records = try runs.map(show)
        switch format {
        case .csv: return RunTable(runs: records).csv
        case .json: return try Value(encoding: records).json(pretty: true) + "\n"
        case .rocrate:
            throw Mistake(
                "an RO-Crate is a folder",
                fix: "name one with `--output FOLDER`",
                code: "needs-folder"
            )
        }
    }

    /// Writes the runs to a file, or for `rocrate` into a folder that is not there yet. Returns the path.
    public func export(_ runs: [RunID], as format: ExportFormat, to path: String) throws -> String {
        let target = absolute(path)
        guard format == .rocrate else {
            try world.files.writeNamed(exportText(runs, as: format), to: target, as: path)
            return target
        }
        if try world.files.exists(target) {
            throw Mistake(
                "`\(path)` is there already",
                fix: "name a folder that does not exist yet",
                code: "file-exists"
            )
        }
        try world.files.expectFolder(RepriseSystem.folder(of: target), as: RepriseSystem.folder(of: path))
        try writeCrate(runs, to: target)
        return target
    }

    private func writeCrate(_ runs: [RunID], to target: String) throws {
        let store = try store()
        let records = try runs.map(show)
        // Built beside and renamed, so that a folder with this name is a whole one.
        let draft = try freshDraft(beside: target)
        do {
            for run in records { try write(run, into: draft, from: store) }
            let crate = ROCrate(runs: records, createdAt: world.wallClock.now(), version: repriseVersion)
            try world.files.write(crate.metadata, to: draft + "/ro-crate-metadata.json")
            try world.files.rename(draft, to: target)
        } catch {
            // What could not be removed is less than what went wrong.
            try? world.files.remove(draft)
            throw error
        }
    }

    /// A name that nothing else has, so that nothing of anybody else is taken for a draft.
    private func freshDraft(beside target: String) throws -> String {
        while true {
            let draft = "\(target).\(String(world.entropy.next(), radix: 16)).tmp"
            if try !world.files.exists(draft) { return draft }
        }
    }

    private func write(_ run: RunRecord, into draft: String, from store: Store) throws {
        let folder = "\(draft)/runs/\(run.id)"
        try world.files.makeFolder(folder)
        try world.files.write(Value(encoding: run.request).json(pretty: true) + "\n", to: folder + "/run.json")
        for output in run.outputs {
            let path = "\(draft)/\(ROCrate.path(of: output, in: run))"
            try world.files.makeFolder(RepriseSystem.folder(of: path))
            try world.files.copy(store.objects.path(of: output.digest), to: path, mode: output.mode)
        }
    }
}
