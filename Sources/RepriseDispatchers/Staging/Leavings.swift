import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Takes what a job left elsewhere into the run's folder here, where everybody then finds it as if it had been executed
/// on this machine.
///
/// What comes back was made by a program that nobody here knows: nothing is written outside of `work/`, `outputs/` and
/// the job's own few files, whatever names and links there are.
package struct Leavings: Sendable {
    /// What of a job's own files comes back. The exit record, which ends the job, is the last of all.
    private static let logs: Set<String> = ["stdout.log", "stderr.log", "metrics.jsonl", "started", "limit"]
    /// Notes on the run, a line each, for whoever takes in what the job left.
    package static let notes = StagingScript.marks + "/notes"

    private let runFolder: String
    private let jobFolder: String
    private let files: any FileSystem
    /// The job's folder below the run's, with a slash at its end; empty where they are the same.
    private let below: String

    /// The job's folder is the run's or lies below it.
    package init(run runFolder: String, job jobFolder: String, files: any FileSystem = LiveFileSystem()) {
        self.runFolder = runFolder
        self.jobFolder = jobFolder
        self.files = files
        let rest = jobFolder.dropFirst(runFolder.count).drop { $0 == "/" }
        below = rest.isEmpty ? "" : rest + "/"
    }

    /// Needs no more of the job than its key and folder.
    package init(_ job: Job, files: any FileSystem = LiveFileSystem()) {
        self.init(run: job.runFolder, job: job.folder, files: files)
    }

    /// Lays what `StagingScript.leavings` wrote into that file, from `position` on. Doing it again is harmless, also after
    /// being killed in the middle of it.
    ///
    /// With `concluding` the exit record follows last, where there is one: then the job has ended for everybody. Throws
    /// `TarDamage` for an archive that is not whole, before anything is written.
    package func unpack(tar: String, from position: Int64 = 0, concluding: Bool = false) throws {
        var facts = try facts(in: tar, from: position)
        let marks = jobFolder + "/" + StagingScript.marks
        try files.makeFolder(marks)
        let draft = marks + "/incoming"
        let folder = try ConfinedFolder(runFolder)
        var reader = TarReader(tar, files, from: position)
        var exit: [UInt8]?
        while let entry = try reader.next() {
            switch place(of: entry) {
            case .mark, .top: continue
            case .exit: exit = try content(of: entry, &reader, limit: 64 << 10)
            case .nowhere: facts.notes.append("`\(pathText(entry.path))` was not brought back: it has no place here")
            case .kept:
                do {
                    try lay(entry, &reader, in: folder, draft: draft, &facts)
                } catch let error as FileError where error.reason != .diskFull && error.reason != .denied {
                    // A name that this machine's disk does not take must not cost the others.
                    facts.notes.append("`\(pathText(entry.path))` was not brought back: \(error.message)")
                }
            }
        }
        for path in facts.gone { try folder.remove(path) }
        try writeNotes(facts.notes)
        if concluding, let exit { try files.write(exit, to: jobFolder + "/" + ExitFile.name) }
    }

    private func lay(
        _ entry: TarEntry,
        _ reader: inout TarReader,
        in folder: borrowing ConfinedFolder,
        draft: String,
        _ facts: inout Facts
    ) throws {
        switch entry.kind {
        case .file:
            try folder.write(entry.path, mode: entry.mode, modified: entry.modified, draft: draft) {
                try reader.piece()
            }
        case .folder: try folder.makeFolder(entry.path)
        case .link(let target):
            try folder.makeLink(entry.path, to: StagedLink.target(target, at: entry.path, place: facts.place))
        case .sameAs(let other):
            guard place(of: other) == .kept else { return }
            try folder.makeSame(entry.path, as: other)
        case .other: facts.notes.append(Self.oddity(entry.path))
        }
    }

    // MARK: What the archive tells about itself

    private struct Facts {
        /// The run's folder there.
        var place: PathBytes = []
        var gone: [PathBytes] = []
        var notes: [String] = []
        var isWhole = false
    }

    private func facts(in tar: String, from position: Int64) throws -> Facts {
        var facts = Facts()
        var present: Set<PathBytes> = []
        var reader = TarReader(tar, files, from: position)
        while let entry = try reader.next() {
            present.insert(entry.path)
            guard case .mark = place(of: entry) else { continue }
            let content = try content(of: entry, &reader, limit: 64 << 20)
            switch lastName(of: String(decoding: entry.path, as: UTF8.self)) {
            case "place": facts.place = Array(content.prefix { $0 != 0x0A })
            case "gone": facts.gone = content.split(separator: 0x0A).map(Array.init).filter { place(of: $0) == .kept }
            case "words": facts.notes += Self.notes(content)
            case "odd": facts.notes += content.split(separator: 0x0A).map { Self.oddity(Array($0)) }
            case "end": facts.isWhole = true
            default: break
            }
        }
        guard facts.isWhole else { throw TarDamage(path: tar, isCut: true) }
        facts.gone.removeAll { present.contains($0) }
        return facts
    }

    private static func oddity(_ path: PathBytes) -> String {
        "`\(pathText(path))` was not brought back: it is no regular file"
    }

    /// What the tools there had to say, which is about files that they could not read.
    private static func notes(_ words: [UInt8]) -> [String] {
        let lines = String(decoding: words, as: UTF8.self).split(separator: "\n").map(String.init)
        var told = Set<String>()
        return lines.filter { !$0.contains("exit delayed from previous errors") && told.insert($0).inserted }
            .map { "not everything came back: \($0)" }
    }

    private func content(of entry: TarEntry, _ reader: inout TarReader, limit: Int64) throws -> [UInt8] {
        guard entry.bytes <= limit else { return [] }
        var content: [UInt8] = []
        while case let piece = try reader.piece(), !piece.isEmpty { content += piece }
        return content
    }

    private func writeNotes(_ notes: [String]) throws {
        let path = jobFolder + "/" + Self.notes
        if notes.isEmpty { return try files.remove(path) }
        let rest = notes.count > 20 ? ["and \(notes.count - 20) more of that kind"] : []
        try files.write((notes.prefix(20) + rest).joined(separator: "\n") + "\n", to: path)
    }

    // MARK: Where things belong

    /// `top` is `work` or `outputs` itself, which travels where nothing is in it.
    private enum Place { case kept, mark, exit, top, nowhere }

    private func place(of entry: TarEntry) -> Place {
        let place = place(of: entry.path)
        if place == .top { return entry.kind == .folder ? .top : .nowhere }
        return place == .kept || entry.kind == .file ? place : .nowhere
    }

    private func place(of path: PathBytes) -> Place {
        guard let names = ConfinedFolder.names(path), let first = names.first else { return .nowhere }
        if first == Array("work".utf8) || first == Array("outputs".utf8) { return names.count > 1 ? .kept : .top }
        guard path.starts(with: Array(below.utf8)) else { return .nowhere }
        let name = String(decoding: path.dropFirst(below.utf8.count), as: UTF8.self)
        if name == ExitFile.name { return .exit }
        if Self.logs.contains(name) { return .kept }
        return name.hasPrefix(StagingScript.marks + "/") ? .mark : .nowhere
    }
}
