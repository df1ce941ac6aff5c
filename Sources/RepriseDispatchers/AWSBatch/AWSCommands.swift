import OrderedCollections
import RepriseModel
import RepriseSystem

/// The `aws` command, with one method for each use of it. Each costs about a second of processor time here.
struct AWSCommands: Sendable {
    let settings: BatchSettings
    let processes: any ProcessRunner
    let files: any FileSystem
    /// The environment of this process.
    let variables: [String: String]
    /// Where a request lies while it is sent; empty for those who ask alone.
    let folder: String

    // MARK: Batch

    /// Where the jobs stand that AWS Batch still knows; asked for a hundred at a time.
    func describe(_ ids: [String]) async throws -> [BatchRow] {
        var rows: [BatchRow] = []
        for start in stride(from: 0, to: ids.count, by: 100) {
            let part = ids[start..<min(start + 100, ids.count)]
            rows += BatchReply.jobs(try await ask(["batch", "describe-jobs", "--jobs"] + part))
        }
        return rows
    }

    /// The job or array of that name that was submitted to the queue; nil for none.
    func find(name: String) async throws -> String? {
        let words = [
            "batch", "list-jobs", "--job-queue", settings.queue ?? "", "--filters", "name=JOB_NAME,values=\(name)",
        ]
        // The jobs of an array may be listed, too.
        return BatchReply.jobs(try await ask(words)).first { $0.name == name && !$0.id.contains(":") }?.id
    }

    /// Submits and returns the id. `lock` is held as long as `aws` lives, whoever dies meanwhile.
    func submit(_ request: Value, lock: String) async throws -> String {
        let value = try await run(["batch", "submit-job"], input: request, lock: lock)
        guard let id = BatchReply.submitted(value) else {
            throw AWSError.other(command: "aws batch submit-job", words: "it told no id: \(value.json().prefix(200))")
        }
        return id
    }

    func terminate(_ id: String, reason: String) async throws {
        _ = try await run(["batch", "terminate-job", "--job-id", id, "--reason", reason])
    }

    func definition(_ name: String) async throws -> Value {
        try await ask(["batch", "describe-job-definitions", "--job-definition-name", name, "--status", "ACTIVE"])
    }

    func register(_ definition: Value) async throws {
        _ = try await run(["batch", "register-job-definition"], input: definition)
    }

    func queues(_ name: String?) async throws -> [BatchQueue] {
        let names = name.map { ["--job-queues", $0] } ?? []
        return BatchReply.queues(try await ask(["batch", "describe-job-queues"] + names))
    }

    /// By name or ARN.
    func environments(_ names: [String]) async throws -> [BatchEnvironment] {
        let words = ["batch", "describe-compute-environments", "--compute-environments"] + names
        return BatchReply.environments(try await ask(words))
    }

    /// The kinds of machines whose names are one of these, where `*` stands for anything.
    func machines(_ patterns: [String]) async throws -> [BatchMachine] {
        let filter = "Name=instance-type,Values=" + patterns.joined(separator: ",")
        return BatchReply.machines(try await ask(["ec2", "describe-instance-types", "--filters", filter]))
    }

    /// The last lines of a log; empty where there is none, or none that may be read.
    func log(_ stream: String) async -> [String] {
        let words = [
            "logs", "get-log-events", "--log-group-name", "/aws/batch/job", "--log-stream-name", stream, "--limit",
            "20",
        ]
        return (try? await run(words)).map(BatchReply.log) ?? []
    }

    // MARK: Logging in

    /// Who one is. The variables come first, as `aws` itself has it, unless the target names a profile.
    func credentials() async throws -> AWSCredentials {
        let hasProfile = settings.options.contains { $0.hasPrefix("--profile") }
        if !hasProfile, let credentials = AWSCredentials(variables) { return credentials }
        let result = try await execute(["configure", "export-credentials"] + settings.options)
        if result.status == 0 {
            guard let credentials = AWSCredentials(json: result.text) else { throw AWSError.noCredentials(words: "") }
            return credentials
        }
        let words = Self.words(result)
        guard words.contains("Invalid choice") || result.errorText.contains("Invalid choice") else {
            let refusal = AWSError.refusal(words, command: "aws configure export-credentials", settings)
            if case .other = refusal { throw AWSError.noCredentials(words: words) }
            throw refusal
        }
        return try await keys()
    }

    /// From the files, for versions that cannot hand out what they use.
    private func keys() async throws -> AWSCredentials {
        func value(_ name: String) async throws -> String? {
            let result = try await execute(["configure", "get", name] + settings.options)
            let text = String(result.text.prefix { !$0.isNewline })
            return result.status == 0 && !text.isEmpty ? text : nil
        }
        guard let key = try await value("aws_access_key_id"), let secret = try await value("aws_secret_access_key")
        else {
            throw AWSError.noCredentials(
                words: "this version of `aws` hands out keys that stand in its files alone; version 2 all others, too"
            )
        }
        return AWSCredentials(key: key, secret: secret, token: try await value("aws_session_token"))
    }

    /// The region that the person has chosen for all programs.
    func region() async throws -> String {
        if let region = settings.region { return region }
        let result = try await execute(["configure", "get", "region"] + settings.options)
        let text = String(result.text.prefix { !$0.isNewline })
        guard result.status == 0, !text.isEmpty else { throw AWSError.noRegion }
        return text
    }

    // MARK: Running it

    /// For questions: one that succeeds and says nothing has not said that there is nothing.
    private func ask(_ words: [String]) async throws -> Value {
        let text = try await self.text(of: words)
        guard let value = try? Value(json: text), value.mapValue != nil else {
            let command = "aws " + words.prefix(2).joined(separator: " ")
            let said = text.isEmpty ? "it printed nothing" : "it printed no JSON: \(text.prefix(200))"
            throw AWSError.other(command: command, words: said)
        }
        return value
    }

    private func run(_ words: [String], input: Value? = nil, lock: String? = nil) async throws -> Value {
        let text = try await self.text(of: words, input: input, lock: lock)
        return (try? Value(json: text)) ?? .map([:])
    }

    private func text(of words: [String], input: Value? = nil, lock: String? = nil) async throws -> String {
        // It is read more than once, so that it cannot come by standard input.
        var draft: String?
        defer { if let draft { try? files.remove(draft) } }
        var arguments = words
        if let input {
            let path = folder + "/request-\(SHA256Hasher.digest(of: input.jsonBytes()).short).json"
            draft = path
            try files.makeFolder(folder)
            try files.write(input.jsonBytes(), to: path, mode: 0o600, durable: false)
            arguments += ["--cli-input-json", "file://" + path]
        }
        arguments += ["--output", "json", "--cli-connect-timeout", "10", "--cli-read-timeout", "60"]
        if let region = settings.region { arguments += ["--region", region] }
        if let endpoint = settings.endpoint { arguments += ["--endpoint-url", endpoint] }
        arguments += settings.options
        let result = try await execute(arguments, lock: lock)
        guard result.status == 0 else {
            let command = "aws " + words.prefix(2).joined(separator: " ")
            throw AWSError.refusal(Self.words(result), command: command, settings)
        }
        return String(result.text.drop { $0.isWhitespace })
    }

    private func execute(_ arguments: [String], lock: String? = nil) async throws -> ProcessResult {
        // A pager would wait for a key.
        let changes: [String: String?] = ["AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off"]
        do {
            if let lock {
                let held = ["--no-fork", lock, "aws"] + arguments
                do {
                    let result = try await processes.run(Invocation("flock", held, variables: changes))
                    if result.errorText.contains("failed to execute aws") { throw AWSError.missing(program: "aws") }
                    return result
                } catch is ProgramMissing {}
            }
            return try await processes.run(Invocation("aws", arguments, variables: changes))
        } catch is ProgramMissing {
            throw AWSError.missing(program: "aws")
        }
    }

    private static func words(_ result: ProcessResult) -> String {
        let lines = result.errorText.split(whereSeparator: \.isNewline).filter { $0.contains { !$0.isWhitespace } }
        return
            lines.last {
                $0.contains("rror") || $0.contains("nable to") || $0.contains("ould not") || $0.contains("SSO")
            }
            .map(String.init) ?? lines.last.map(String.init) ?? ""
    }
}
