import RepriseModel
import Subprocess
import SystemPackage

/// Starts programs on this machine.
package struct LiveProcessRunner: ProcessRunner {
    package init() {}

    package func run(_ invocation: Invocation) async throws -> ProcessResult {
        do {
            let record = try await Subprocess.run(
                executable(of: invocation),
                arguments: arguments(of: invocation),
                environment: environment(of: invocation),
                workingDirectory: invocation.folder.map { FilePath($0) },
                platformOptions: platformOptions,
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

    var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(2))]
        return options
    }

    func environment(of invocation: Invocation) -> Environment {
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in invocation.variables {
            if let key = Environment.Key(rawValue: name) { variables.updateValue(value, forKey: key) }
        }
        return .inherit.updating(variables)
    }

    /// Where the program is: a name would be tried at every place of `PATH` by a process of its own.
    func executable(of invocation: Invocation) async throws(SubprocessError) -> Executable {
        guard !invocation.program.contains("/") else { return .path(FilePath(invocation.program)) }
        return .path(
            try await Executable.name(invocation.program).resolveExecutablePath(in: environment(of: invocation))
        )
    }

    func arguments(of invocation: Invocation) -> Arguments {
        Arguments(executablePathOverride: invocation.program, remainingValues: invocation.arguments)
    }
}

extension TerminationStatus {
    var shellStatus: Int {
        switch self {
        case .exited(let code): Int(code)
        case .signaled(let signal): 128 + Int(signal)
        }
    }
}
