import RepriseModel
import Subprocess
import SystemPackage

/// Starts programs on this machine.
package struct LiveProcessRunner: ProcessRunner {
    package init() {}

    package func run(_ invocation: Invocation) async throws -> ProcessResult {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(2))]
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in invocation.variables {
            if let key = Environment.Key(rawValue: name) { variables.updateValue(value, forKey: key) }
        }
        let executable: Executable =
            invocation.program.contains("/") ? .path(FilePath(invocation.program)) : .name(invocation.program)
        do {
            let record = try await Subprocess.run(
                executable,
                arguments: Arguments(invocation.arguments),
                environment: .inherit.updating(variables),
                workingDirectory: invocation.folder.map { FilePath($0) },
                platformOptions: options,
                input: .array(invocation.input),
                output: .bytes(limit: invocation.limit),
                error: .bytes(limit: 1 << 20)
            )
            return ProcessResult(
                status: record.terminationStatus.shellStatus,
                output: record.standardOutput,
                errors: record.standardError
            )
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw ProgramMissing(program: invocation.program)
        }
    }
}

extension TerminationStatus {
    fileprivate var shellStatus: Int {
        switch self {
        case .exited(let code): Int(code)
        case .signaled(let signal): 128 + Int(signal)
        }
    }
}
