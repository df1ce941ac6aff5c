import RepriseDispatch
import RepriseModel
import RepriseSystem

/// From here to a workspace.
extension RemoteWorkspace {
    /// A file that goes along.
    struct Enclosure: Hashable, Sendable {
        /// Here, absolute.
        var path: String
        /// Below the workspace.
        var there: String
        var mode: Int
    }

    /// How many jobs one command carries, so that its words do not become too many.
    private static let most = 100

    /// Lays the jobs' folders there, each with what its parcel names; code and data that lie there already are not sent
    /// again. A job that was laid before is left as it is, but for the enclosures.
    func send(_ jobs: [Job], _ enclosures: [Enclosure]) async throws {
        let facts = try await open()
        do {
            try await sendContents(of: jobs, facts)
            // The enclosures are laid into the jobs' folders, and the last of them is the script.
            let count = jobs.count + enclosures.count
            for start in stride(from: 0, to: count, by: Self.most) {
                let end = min(start + Self.most, count)
                let some = jobs[min(start, jobs.count)..<min(end, jobs.count)]
                let more = enclosures[max(start - jobs.count, 0)..<max(end - jobs.count, 0)]
                try await lay(Array(some), Array(more), facts.root)
            }
        } catch let error as RemoteWorkspaceError {
            if case .full = error { await withdraw(jobs.map(RemotePlace.run), facts.root) }
            throw error
        }
    }

    /// Makes room again of what no engine was told of.
    private func withdraw(_ names: [String], _ root: String) async {
        let input = Array(names.map { $0 + "\n" }.joined().utf8)
        // Whoever sends them again finds them half laid, which is no harm.
        _ = try? await execute(RemoteWorkspaceScript.withdraw, [root], input: input)
    }

    private func lay(_ jobs: [Job], _ enclosures: [Enclosure], _ root: String) async throws {
        var lines: [String] = []
        var paths: [String] = []
        defer { for job in jobs { try? files.remove(Self.parcelPath(of: job)) } }
        for job in jobs {
            let tar = Self.parcelPath(of: job)
            let parcel =
                job.parcel ?? JobParcel(runFolder: RemotePlace.runFolder(of: job), files: [Self.script(of: job)])
            try files.makeFolder("\(job.folder)/\(StagingScript.marks)")
            let size = try Parcels(files: files).write(parcel, to: tar)
            let run = RemotePlace.run(of: job)
            let code = parcel.code.map { "code/" + $0.name } ?? "-"
            lines.append("job \(run) \(RemotePlace.folder(of: job)) \(code) \(size)")
            paths.append(tar)
            lines += parcel.data.map { "data \(run) \($0.name) data/\($0.content)" }
        }
        for enclosure in enclosures {
            guard let status = try files.status(enclosure.path) else { continue }
            lines.append("file \(enclosure.there) \(String(enclosure.mode, radix: 8)) \(status.bytes)")
            paths.append(enclosure.path)
        }
        guard !paths.isEmpty else { return }
        let input = Array((lines.joined(separator: "\n") + "\n.\n").utf8)
        let result = try await runner.send(paths, to: Self.invocation(RemoteWorkspaceScript.lay, [root], input: input))
        guard result.status == 0 else { throw await cause(of: result) }
    }

    /// Where the tools there have said nothing, writing a little there tells why.
    private func cause(of result: ProcessResult) async -> any Error {
        let error = refusal(result)
        guard error.why == nil else { return error }
        do { _ = try await probe() } catch { return error }
        return error
    }

    private static func parcelPath(of job: Job) -> String { "\(job.folder)/\(StagingScript.marks)/parcel.tar" }

    private static func script(of job: Job) -> String {
        let folder = job.key.folder
        return folder.isEmpty ? "run.sh" : folder + "/run.sh"
    }

    // MARK: Code, data and images

    private func sendContents(of jobs: [Job], _ facts: RemoteFacts) async throws {
        var contents: [String: Content] = [:]
        for image in jobs.compactMap(\.container?.image) {
            contents[RemotePlace.image(image)] = Content(path: image, isFolder: false)
        }
        for parcel in jobs.compactMap(\.parcel) {
            if let code = parcel.code { contents["code/" + code.name] = Content(path: code.path, isFolder: false) }
            for data in parcel.data {
                contents["data/" + data.content] = Content(path: data.path, isFolder: data.isFolder)
            }
        }
        guard !contents.isEmpty else { return }
        let names = contents.keys.sorted()
        let input = Array(names.map { $0 + "\n" }.joined().utf8)
        let missing = try await execute(RemoteWorkspaceScript.missing, [facts.root], input: input).text
        for name in missing.split(separator: "\n").map(String.init) {
            if let content = contents[name] { try await send(content, as: name, facts) }
        }
    }

    private struct Content {
        var path: String
        var isFolder: Bool
    }

    /// What is over in a moment needs no way to go on with it, which costs a login or two.
    private static let little: Int64 = 4 << 20

    private func send(_ content: Content, as name: String, _ facts: RemoteFacts) async throws {
        let isLittle = try !content.isFolder && (files.status(content.path)?.bytes ?? 0) <= Self.little
        if !isLittle, facts.programs.contains("rsync"), try await sendByRsync(content, as: name, facts.root) { return }
        let result: ProcessResult
        if content.isFolder {
            result = try await runner.sendOutput(
                of: ["tar", "-chf", "-", "-C", content.path, "."],
                to: Self.invocation(RemoteWorkspaceScript.receiveFolder, [facts.root, name])
            )
        } else {
            let size = try files.status(content.path)?.bytes ?? 0
            result = try await runner.send(
                [content.path],
                to: Self.invocation(RemoteWorkspaceScript.receiveFile, [facts.root, name, "\(size)"])
            )
        }
        guard result.status == 0 else { throw await cause(of: result) }
    }

    /// Goes on where an earlier one was cut off. False where this machine has no `rsync`.
    private func sendByRsync(_ content: Content, as name: String, _ root: String) async throws -> Bool {
        // One for each machine and user: two that send at once must not write into one file.
        let draft = "\(name).part-\(SHA256Hasher.digest(of: Array(content.path.utf8)).description.suffix(8))"
        let source = content.isFolder ? content.path + "/" : content.path
        let shell = try await runner.connection.remoteShell()
        let target = "\(host):\(root)/\(draft)\(content.isFolder ? "/" : "")"
        let words = [
            "-rLptH", "--partial", "--inplace", "--protect-args", "--timeout=120", "-e", shell, "--", source, target,
        ]
        let result: ProcessResult
        do {
            result = try await runner.local.run(Invocation("rsync", words))
        } catch is ProgramMissing { return false }
        if result.status == 255 { throw SSHError.refusal(result.errorText, runner.connection.destination) }
        // It is not there, or the two do not understand each other.
        if [12, 14, 126, 127].contains(result.status) { return false }
        guard result.status == 0 else {
            let error = await cause(of: result)
            // Where the connection was cut, the next try goes on with what is there.
            if case .full? = error as? RemoteWorkspaceError { await withdraw([draft], root) }
            throw error
        }
        _ = try await execute(RemoteWorkspaceScript.conclude, [root, name, draft])
        return true
    }
}
