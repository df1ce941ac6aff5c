import RepriseModel
import RepriseSystem

/// Starts an engine's client and reads what it says when it refuses.
struct EngineCommand: Sendable {
    let kind: EngineKind
    let program: String
    let processes: any ProcessRunner

    /// Whatever it ends with; for commands whose failing is an answer.
    func result(_ arguments: [String], variables: [String: String?] = [:]) async throws -> ProcessResult {
        // Not every folder can be entered by another user's engine, and the client enters the one it is started in.
        try await start { try await processes.run(Invocation(program, arguments, folder: "/", variables: variables)) }
    }

    /// Insists on success; `line` is told what it prints as it comes.
    @discardableResult
    func succeed(
        _ arguments: [String],
        for errand: EngineErrand,
        variables: [String: String?] = [:],
        line: (@Sendable (String) -> Void)? = nil
    ) async throws -> ProcessResult {
        let invocation = Invocation(program, arguments, folder: "/", variables: variables)
        let result = try await start {
            if let line { try await processes.run(invocation, line: line) } else { try await processes.run(invocation) }
        }
        if result.status != 0 { throw error(result, arguments, for: errand) }
        return result
    }

    /// Builds; a recipe that fails is told by its last lines.
    @discardableResult
    func build(
        _ arguments: [String],
        recipe: String,
        for errand: EngineErrand,
        variables: [String: String?] = [:],
        log: @escaping @Sendable (String) -> Void
    ) async throws -> ProcessResult {
        do {
            return try await succeed(arguments, for: errand, variables: variables, line: log)
        } catch EngineError.refused(_, _, let words) {
            throw EngineError.recipeFailed(recipe, log: "", words: words)
        }
    }

    func error(_ result: ProcessResult, _ arguments: [String], for errand: EngineErrand) -> EngineError {
        let command = ([kind.rawValue] + arguments).map(shellQuoted).joined(separator: " ")
        let words = result.errorText.isEmpty ? result.text : result.errorText
        return EngineWords(kind: kind, errand: errand).error(command: command, status: result.status, words: words)
    }

    private func start(_ body: () async throws -> ProcessResult) async throws -> ProcessResult {
        do { return try await body() } catch is ProgramMissing { throw EngineError.missing(kind) }
    }
}
