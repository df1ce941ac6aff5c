import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Brings what jobs need into the bucket, and says to running ones what they should heed.
struct BatchStaging: Sendable {
    let store: S3Store
    let jobFiles: BatchJobFiles
    let files: any FileSystem
    let processes: any ProcessRunner
    let entropy: any Entropy

    /// Everything that the batch's script fetches, and the script itself. Returns where the script lies.
    func stage(_ batch: BatchBatch, _ jobs: [Job], halves: String?) async throws -> String {
        let parcels = try jobs.map { job in
            guard let parcel = job.parcel else {
                throw Mistake("\(job.key) was prepared for an engine that sees this machine's files", code: "no-parcel")
            }
            return parcel
        }
        if let first = parcels.first { try await stageShared(first) }
        let (form, term) = try await self.form(of: batch.name)
        let folder = jobFiles.folder(of: batch.name)
        try files.makeFolder(folder)
        var bodies: [(key: String, body: S3Call.Body)] = []
        var drafts: [String] = []
        defer { for draft in drafts { try? files.remove(draft) } }
        for (index, parcel) in parcels.enumerated() {
            let draft = "\(folder)/\(index).tar"
            drafts.append(draft)
            try Parcels(files: files).write(parcel, to: draft)
            bodies.append((try await store.input(batch.name, "\(index).tar"), .file(draft)))
        }
        if let halves { bodies.append((try await store.input(batch.name, "halves"), .text(halves))) }
        bodies.append((try await store.input(batch.name, "control"), .text("")))
        let script = BatchScript.text(batch, try await addresses(of: batch, form))
        let key = try await store.input(batch.name, "start.sh")
        bodies.append((key, .text(script)))
        try await store.put(bodies)
        try note(term, of: batch.name)
        return try await store.address(key: key)
    }

    // MARK: Code and data

    /// What many batches share lies there under the name of its content.
    private func stageShared(_ parcel: JobParcel) async throws {
        if let code = parcel.code { try await stage(code.path, as: try await store.key("code/\(code.name)")) }
        for item in parcel.data {
            let key = try await store.key("data/\(item.content)")
            guard item.isFolder else {
                try await stage(item.path, as: key)
                continue
            }
            if await store.session.isKnown(key) { continue }
            let draft = jobFiles.folder + "/" + item.content + ".tar.gz"
            defer { try? files.remove(draft) }
            if try await isThere(key) { continue }
            _ = try await processes.succeed(Invocation("tar", ["-czf", draft, "-C", item.path, "."]))
            try await stage(draft, as: key)
        }
    }

    private func stage(_ path: String, as key: String) async throws {
        if await store.session.isKnown(key) { return }
        if try await !isThere(key) {
            if let bytes = try files.status(path)?.bytes, bytes > 5 << 30 {
                throw AWSError.tooLarge(path: path, bytes: bytes)
            }
            try await store.put([(key, .file(path))])
        }
        await store.session.note(key)
    }

    /// Objects appear whole or not at all.
    private func isThere(_ key: String) async throws -> Bool {
        let isThere = try await store.list(prefix: key).contains { $0.key == key }
        if isThere { await store.session.note(key) }
        return isThere
    }

    // MARK: Addresses

    private func addresses(of batch: BatchBatch, _ form: [BatchAddresses.Field]) async throws -> BatchAddresses {
        let place = try await store.session.place()
        let output = try await store.output(batch.name)
        var addresses = BatchAddresses(
            bucket: place.bucketAddress.text,
            out: output,
            form: form,
            control: try await store.address(key: try await store.input(batch.name, "control")),
            parcels: [],
            claims: []
        )
        for index in batch.entries.indices {
            addresses.parcels.append(try await store.address(key: try await store.input(batch.name, "\(index).tar")))
            addresses.claims.append(try await store.listAddress(prefix: "\(output)/\(index)/claim_"))
        }
        if let code = batch.code { addresses.code = try await store.address(key: try await store.key("code/\(code)")) }
        for item in batch.data {
            addresses.data.append(try await store.address(key: try await store.key("data/\(item.content)")))
        }
        if batch.hasSecrets {
            addresses.halves = try await store.address(key: try await store.input(batch.name, "halves"))
        }
        return addresses
    }

    /// From when to when addresses hold.
    private typealias Term = (start: Timestamp, end: Timestamp)

    private func form(of batch: String) async throws -> ([BatchAddresses.Field], Term) {
        let signature = try await store.session.signature()
        let end = signature.moment.advanced(by: signature.credentials.lasting(signature.moment))
        let fields = signature.form(
            bucket: try await store.session.place().bucket,
            prefix: try await store.output(batch) + "/",
            until: end
        )
        return (fields.map { BatchAddresses.Field(name: $0.name, value: $0.value) }, (signature.moment, end))
    }

    /// When addresses must be renewed, by whoever watches the batch then. Only for those that jobs can read already:
    /// otherwise nobody would renew the old ones.
    private func note(_ term: Term, of batch: String) throws(FileError) {
        try files.makeFolder(jobFiles.folder(of: batch))
        try files.write(
            "\(term.start.milliseconds) \(term.end.milliseconds)\n",
            to: jobFiles.folder(of: batch) + "/until"
        )
    }

    // MARK: Control

    /// Writes what running jobs of the batch read every few seconds.
    func writeControl(of batch: String) async throws {
        var lines = jobFiles.stops(of: batch).map { "stop \($0.number) \($0.grace)" }
        var renewed: Term?
        if isRenewed(batch) {
            let (form, term) = try await self.form(of: batch)
            lines += form.map { "field \($0.name) \($0.value)" }
            lines.append("control " + (try await store.address(key: try await store.input(batch, "control"))))
            renewed = term
        }
        let text = lines.map { $0 + "\n" }.joined()
        try await store.put([(try await store.input(batch, "control"), .text(text))])
        if let renewed { try note(renewed, of: batch) }
    }

    /// Signs anew what the batch's running jobs use, when more than half of its time is over.
    func renew(_ batch: String, now: Timestamp) async throws {
        guard let (start, end) = until(batch), now.since(start) * 2 > end.since(start) else { return }
        guard try await store.session.signature().credentials.isFresh(now) else { return }
        _ = try? files.create(jobFiles.folder(of: batch) + "/renewed", bytes: [], mode: 0o644)
        try await writeControl(of: batch)
    }

    private func isRenewed(_ batch: String) -> Bool {
        ((try? files.status(jobFiles.folder(of: batch) + "/renewed")) ?? nil) != nil
    }

    private func until(_ batch: String) -> Term? {
        guard let text = try? files.text(jobFiles.folder(of: batch) + "/until") else { return nil }
        let words = text.split { $0 == " " || $0 == "\n" }.compactMap { Int64($0) }
        return words.count == 2 ? (Timestamp(milliseconds: words[0]), Timestamp(milliseconds: words[1])) : nil
    }

    // MARK: Afterwards

    /// Removes all that there is of a batch that never was submitted, or is over.
    func clear(_ batch: String) async throws {
        for head in [try await store.input(batch, ""), try await store.output(batch) + "/"] {
            try await store.remove(try await store.list(prefix: head).map(\.key))
        }
        try files.remove(jobFiles.folder(of: batch))
    }

    /// What a job that has ended has in the bucket beside its parcel; nil where nothing is left but, perhaps, its batch.
    struct Remains {
        var submission: BatchJobFiles.Submission
        var keys: [String]?
    }

    /// Removes what is in the bucket of jobs that have ended, and of their batches when those are over. An end is noted only
    /// when nothing is left of it, and a batch is forgotten last: somebody may be killed in between.
    func clear(_ ended: [Remains]) async {
        var all: [String] = []
        for remains in ended {
            guard let keys = remains.keys else { continue }
            all += keys
            let name = "\(remains.submission.number).tar"
            if let parcel = try? await store.input(remains.submission.name, name) { all.append(parcel) }
        }
        // What stays of it is removed with the rest of its batch.
        let isGone = await isRemoved(all)
        // Then some of it may not be gone.
        if Task.isCancelled { return }
        for remains in ended where remains.keys != nil { jobFiles.noteEnd(of: remains.submission) }
        let over = Set(ended.map(\.submission.name)).filter(jobFiles.isOver).sorted()
        guard !over.isEmpty else { return }
        var shared: [String] = []
        for batch in over {
            for name in ["start.sh", "control", "halves"] {
                if let key = try? await store.input(batch, name) { shared.append(key) }
            }
        }
        guard await isRemoved(shared), isGone, !Task.isCancelled else { return }
        for batch in over { try? files.remove(jobFiles.folder(of: batch)) }
    }

    private func isRemoved(_ keys: [String]) async -> Bool {
        do { try await store.remove(keys) } catch { return false }
        return true
    }
}
