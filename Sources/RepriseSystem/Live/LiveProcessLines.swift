import RepriseModel
import Subprocess
import SystemPackage

extension LiveProcessRunner {
    package func run(
        _ invocation: Invocation,
        line: @escaping @Sendable (String) -> Void
    ) async throws -> ProcessResult {
        do {
            let record = try await Subprocess.run(
                executable(of: invocation),
                arguments: arguments(of: invocation),
                environment: environment(of: invocation),
                workingDirectory: invocation.folder.map { FilePath($0) },
                platformOptions: platformOptions,
                input: .array(invocation.input),
                output: .sequence,
                error: .sequence
            ) { execution in
                async let output = gather(execution.standardOutput, limit: invocation.limit, line: line)
                async let errors = gather(execution.standardError, limit: 1 << 20, line: line)
                return try await (output, errors)
            }
            return ProcessResult(
                status: record.terminationStatus.shellStatus,
                output: record.closureResult.0,
                errors: record.closureResult.1
            )
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw ProgramMissing(program: invocation.program)
        }
    }
}

/// Everything that the stream brings, its last `limit` bytes at most; each line told as it ends.
private func gather(
    _ stream: SubprocessOutputSequence,
    limit: Int,
    line: @Sendable (String) -> Void
) async throws -> [UInt8] {
    var all: [UInt8] = []
    var rest: [UInt8] = []
    for try await buffer in stream {
        let bytes = buffer.withUnsafeBytes { Array($0) }
        all += bytes
        if all.count > limit { all.removeFirst(all.count - limit) }
        rest += bytes
        // Programs that paint a bar end its states with a carriage return.
        while let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
            if end > 0 { line(String(decoding: rest[..<end], as: UTF8.self)) }
            rest.removeFirst(end + 1)
        }
        if rest.count > 1 << 16 { rest = [] }
    }
    if !rest.isEmpty { line(String(decoding: rest, as: UTF8.self)) }
    return all
}
