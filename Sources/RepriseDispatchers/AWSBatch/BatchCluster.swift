import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseSystem

/// A queue of AWS Batch, as it can be told of before anything is submitted.
struct BatchCluster: Cluster {
    let settings: BatchSettings
    private let parts: DispatcherParts

    init(_ parts: DispatcherParts) {
        settings = BatchSettings(parts.target, variables: parts.variables)
        self.parts = parts
    }

    var commands: AWSCommands {
        AWSCommands(
            settings: settings,
            processes: parts.processes,
            files: parts.files,
            variables: parts.variables,
            folder: ""
        )
    }

    var conflict: (any RepriseError)? { settings.conflict }

    var capacity: Capacity { Capacity(slots: parts.target.mostRuns) }

    func examine() async -> ClusterExamination {
        var examination = ClusterExamination()
        if let conflict {
            examination.problems.append(conflict)
            return examination
        }
        let commands = commands
        await note(&examination) { try await queues(commands) }
        if examination.problems.isEmpty { await note(&examination) { [try await bucket(commands)] } }
        if examination.problems.isEmpty, let name = settings.definition {
            await note(&examination) {
                guard BatchReply.definition(try await commands.definition(name)) != nil else {
                    throw AWSError.noDefinition(name)
                }
                return ["as the job definition `\(name)`"]
            }
        }
        if examination.problems.isEmpty { await noteLogin(commands, &examination) }
        if settings.image == nil {
            examination.remarks.append(
                .init(
                    "the target `\(settings.target)` names no image: experiments that name none cannot run there",
                    fix: "`targets.\(settings.target).image` names one"
                )
            )
        }
        return examination
    }

    /// Addresses that jobs use hold no longer than the login that signed them.
    private func noteLogin(_ commands: AWSCommands, _ examination: inout ClusterExamination) async {
        let session = AWSSession(commands, wallClock: parts.wallClock)
        guard let end = try? await session.end() else { return }
        let left = Quantities.text(
            milliseconds: max(0, end.milliseconds - parts.wallClock.now().milliseconds) / 60_000 * 60_000
        )
        examination.remarks.append(
            .init(
                "the login to AWS ends in \(left); jobs that have not begun by then cannot begin",
                fix: "keep `reprise` running and log in again before, or use a login that lasts longer than the jobs"
            )
        )
    }

    private func note(
        _ examination: inout ClusterExamination,
        _ ask: () async throws -> [String]
    ) async {
        do {
            examination.offers += try await ask()
        } catch let error as any RepriseError {
            examination.problems.append(error)
        } catch {
            examination.problems.append(Mistake("cannot ask AWS: \(error)", code: "aws-error", fault: .world))
        }
    }

    private func queues(_ commands: AWSCommands) async throws -> [String] {
        let name = settings.queue ?? ""
        let known = try await commands.queues(nil)
        // A queue may be named by its ARN.
        let short = name.split(separator: "/").last.map(String.init) ?? name
        guard let queue = known.first(where: { $0.name == short }) else {
            let near = nearestName(to: short, among: known.map(\.name)).map { "; did you mean `\($0)`?" } ?? ""
            let names = known.map { "`\($0.name)`" }.joined(separator: ", ")
            throw AWSError.noQueue(name, words: known.isEmpty ? "there is none" : "there are \(names)\(near)")
        }
        guard queue.isEnabled, queue.isValid else {
            throw AWSError.queueClosed(name, words: "it is not enabled, or not valid")
        }
        return [queue.description]
    }

    /// Lists what lies there, which whoever may not use the bucket may not.
    private func bucket(_ commands: AWSCommands) async throws -> String {
        let session = AWSSession(commands, wallClock: parts.wallClock)
        let isPassing = parts.folder.isEmpty
        let folder = isPassing ? temporaryFolder(parts.variables) : parts.folder
        defer { if isPassing { try? parts.files.remove(folder) } }
        let transfers = S3Transfers(
            processes: parts.processes,
            files: parts.files,
            entropy: LiveEntropy(),
            folder: folder + "/replies"
        )
        let store = S3Store(session: session, transfers: transfers, settings: settings, store: "check")
        _ = try await store.list(prefix: try await store.key("check/"))
        return "files by `\(settings.workspace ?? "")`"
    }

    /// One of its own each time: others look from here, too.
    private func temporaryFolder(_ variables: [String: String]) -> String {
        let mark = withUnsafeBytes(of: LiveEntropy().next().bigEndian) { hexadecimal($0) }
        return (variables["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp") + "/reprise-aws-check-" + mark
    }

    func preview(_ preview: ClusterPreview) -> String {
        let image = preview.image ?? settings.image ?? "IMAGE"
        let isArray = preview.names.count > 1
        let batch = BatchBatch(
            name: "reprise-" + (isArray ? "ARRAY" : preview.names.first ?? ""),
            entries: preview.names.prefix(BatchBatch.most).map { BatchBatch.Entry(key: $0, run: $0, below: "") },
            image: image,
            resources: preview.resources,
            hasSecrets: preview.hasSecrets
        )
        let definition = BatchRequests.definition(image: image, settings)
        let submission = BatchRequests.submission(
            batch,
            definition: BatchRequests.name(ofDefinition: definition),
            start: "SIGNED-ADDRESS",
            halves: preview.hasSecrets ? "HALVES" : nil,
            settings
        )
        return """
            # aws batch register-job-definition --cli-input-json …, unless it is there already
            \(definition.json(pretty: true))
            # aws batch submit-job --cli-input-json …
            \(submission.json(pretty: true))
            """
    }
}
