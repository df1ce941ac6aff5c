import RepriseModel
import RepriseSystem

extension SnapshotMaker {
    /// What is wrong with a snapshot as the store holds it; empty where everything is there and has the content that its
    /// name says. Every file of the snapshot is read.
    package func verify(_ record: SnapshotRecord) async throws -> [String] {
        var problems: [String] = []
        if try identity(of: record.manifest) != record.id {
            problems.append("the manifest is not the one that `\(record.id.short)` names")
        }
        let tree = record.manifest.code.tree
        if let commit = try repository.commit(of: record.id) {
            let found = try await repository.run(
                ["rev-parse", "--verify", "--quiet", "\(commit)^{tree}"],
                isTolerant: true
            )
            if found.text.prefix(while: { $0 != "\n" }) != tree {
                problems.append("commit `\(commit)` holds another tree")
            }
        } else {
            problems.append("the store's repository has no commit for `\(record.id.short)`")
        }
        return try await problems + repository.damage(in: tree)
    }

    /// Writes the snapshot's code into a folder (an absolute path) that does not exist yet or is empty.
    package func restore(_ record: SnapshotRecord, to folder: String) async throws {
        if let status = try repository.files.status(folder) {
            guard status.kind == .folder, try repository.files.names(in: folder).isEmpty else {
                throw Mistake(
                    "`\(folder)` is not empty",
                    why: "a snapshot is restored into a folder of its own, so that nothing is overwritten",
                    fix: "name a folder that does not exist yet",
                    code: "folder-not-empty"
                )
            }
        }
        let index = repository.folder + "/restore-\(record.id.short).index"
        try await repository.write(record.manifest.code, into: folder, index: index)
    }

    /// Writes a `.tar.gz` with the code under `<id>/code/` and the manifest as `<id>/snapshot.json`. `shown` is how a person
    /// wrote the path of the file. What is there is not overwritten.
    package func export(_ record: SnapshotRecord, to file: String, as shown: String) async throws {
        try checkArchive(file, as: shown)
        let draft = try freshDraft(beside: file)
        let json = try Value(encoding: record).json(pretty: true)
        let arguments = [
            "archive", "--format=tar.gz", "--output=\(draft)", "--prefix=\(record.id.short)/",
            "--add-virtual-file=\(record.id.short)/snapshot.json:\(json)", "--prefix=\(record.id.short)/code/",
            try repository.commit(of: record.id) ?? record.manifest.code.tree,
        ]
        do {
            _ = try await repository.run(arguments)
            try repository.files.rename(draft, to: file)
        } catch {
            // What could not be removed is less than what went wrong.
            try? repository.files.remove(draft)
            throw error
        }
    }

    private func checkArchive(_ file: String, as shown: String) throws {
        guard [".tar.gz", ".tgz"].contains(where: lastName(of: shown).dropFirst().hasSuffix) else {
            throw Mistake(
                "`\(shown)` does not end in `.tar.gz` or `.tgz`",
                why: "a snapshot is written as an archive of tar, compressed by gzip",
                fix: "name it `\(archiveName(shown))`",
                code: "unknown-archive"
            )
        }
        try repository.files.expectFolder(folder(of: file), as: folder(of: shown))
        guard try !repository.files.exists(file) else {
            throw Mistake(
                "`\(shown)` is there already",
                fix: "name a file that does not exist yet",
                code: "file-exists"
            )
        }
    }

    /// The same name with an ending that is known: `a.tar.gz` for `a.zip`.
    private func archiveName(_ shown: String) -> String {
        guard !lastName(of: shown).isEmpty else { return shown + "snapshot.tar.gz" }
        let others = [".tar.bz2", ".tar.xz", ".tar.zst", ".tbz2", ".txz", ".tar", ".zip", ".gz", ".7z", ".gzip"]
        let ending = others.first { lastName(of: shown).dropFirst().hasSuffix($0) } ?? ""
        return shown.dropLast(ending.count) + ".tar.gz"
    }

    /// An empty file of a name that nothing else had, so that nothing of anybody else is taken for a draft.
    private func freshDraft(beside file: String) throws -> String {
        var number = 0
        while true {
            let draft = file + (number == 0 ? ".new" : ".new-\(number)")
            if try repository.files.create(draft, bytes: [], mode: 0o644) { return draft }
            number += 1
        }
    }
}

extension SnapshotRepository {
    /// The objects below a tree that are missing or whose content is not what their name says.
    fileprivate func damage(in tree: String) async throws -> [String] {
        let listing = try await run(["ls-tree", "-r", "-t", "-l", "-z", "--full-tree", tree], isTolerant: true)
        guard listing.status == 0 else { return ["tree `\(tree)` cannot be read: \(listing.errorText.firstLine)"] }
        var problems: [String] = []
        var names: [String: String] = [tree: "the top level"]
        var batch = [tree]
        var bytes = 0
        for entry in listing.output.split(separator: 0) {
            let fields = entry.prefix { $0 != 0x09 }.split(separator: 0x20)
            guard fields.count == 4 else { continue }
            let name = String(decoding: fields[2], as: UTF8.self)
            if names.updateValue(pathText(entry.drop { $0 != 0x09 }.dropFirst()), forKey: name) != nil { continue }
            batch.append(name)
            bytes += Int(String(decoding: fields[3], as: UTF8.self)) ?? 0
            if bytes > 64 << 20 || batch.count >= 10_000 {
                problems += try await damage(among: batch, names)
                (batch, bytes) = ([], 0)
            }
        }
        return try await problems + damage(among: batch, names)
    }

    private func damage(among batch: [String], _ names: [String: String]) async throws -> [String] {
        let input = Array((batch.joined(separator: "\n") + "\n").utf8)
        let result = try await run(["cat-file", "--batch", "--buffer"], input: input, limit: 4 << 30, isTolerant: true)
        var rest = result.output[...]
        var problems: [String] = []
        for name in batch {
            let head = rest.prefix { $0 != 0x0A }.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            let path = names[name] ?? name
            rest = rest.drop { $0 != 0x0A }.dropFirst()
            guard head.count == 3, let size = Int(head[2]), rest.count >= size else {
                problems.append("`\(path)` is missing or damaged (object `\(name)`)")
                continue
            }
            if gitObjectName(kind: head[1], content: rest.prefix(size)) != name {
                problems.append("`\(path)` has another content than its name says (object `\(name)`)")
            }
            rest = rest.dropFirst(size + 1)
        }
        return problems
    }
}

extension String {
    fileprivate var firstLine: Substring { prefix { $0 != "\n" } }
}
