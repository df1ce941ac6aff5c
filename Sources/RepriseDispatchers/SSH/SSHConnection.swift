import RepriseModel
import RepriseSystem

/// The one connection to a machine that everything shares: this process, and whichever comes after it within minutes.
///
/// Where the person's own configuration shares connections already (`ControlPath`), theirs is used: it may have been opened
/// by hand, with a password that nobody could ask for here.
package actor SSHConnection {
    package nonisolated let destination: SSHDestination
    private let processes: any ProcessRunner
    private let files: any FileSystem
    private let variables: [String: String]
    private var socket: Task<String?, any Error>?
    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(
        _ destination: SSHDestination,
        processes: any ProcessRunner = LiveProcessRunner(),
        files: any FileSystem = LiveFileSystem(),
        variables: [String: String] = inheritedVariables()
    ) {
        self.destination = destination
        self.processes = processes
        self.files = files
        self.variables = variables
    }

    /// Everything before the command.
    func arguments() async throws -> [String] { SSHArguments.connection(destination, socket: try await sharedSocket()) }

    func remoteShell() async throws -> String {
        SSHArguments.remoteShell(destination, socket: try await sharedSocket())
    }

    /// A machine lets in only so many at once by one connection; others wait for their turn.
    nonisolated func inTurn<Answer: Sendable>(
        _ body: @Sendable () async throws -> Answer
    ) async rethrows -> Answer {
        await take()
        do {
            let answer = try await body()
            await giveBack()
            return answer
        } catch {
            await giveBack()
            throw error
        }
    }

    private func take() async {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    }

    private func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }

    // MARK: The socket

    private func sharedSocket() async throws -> String? {
        if let socket { return try await socket.value }
        let task = Task {
            let socket = try await findSocket()
            try await open(socket)
            return socket
        }
        socket = task
        do { return try await task.value } catch {
            socket = nil
            throw error
        }
    }

    /// So that those who come at once find a connection, and need not each make one. A machine to which many come at once
    /// sends some away before it asks who they are.
    private func open(_ socket: String?) async throws {
        let check = SSHArguments.connection(destination, socket: socket, command: "check")
        // Asks nobody but the process that holds the connection, so that it costs no login.
        guard try await processes.run(Invocation("ssh", check)).status != 0 else { return }
        let words = SSHArguments.connection(destination, socket: socket) + ["exit 0"]
        for pause in [500, 1500, 0] {
            let result = try await processes.run(Invocation("ssh", words))
            guard result.status == 255 else { return }
            let error = SSHError.refusal(result.errorText, destination)
            guard case .lost = error, pause > 0 else { throw error }
            try await ContinuousClock().sleep(for: .milliseconds(pause))
        }
    }

    private func findSocket() async throws -> String? {
        let words = SSHArguments.configuration(destination)
        let result = try await processes.run(Invocation("ssh", words))
        guard result.status == 0 else { throw SSHError.refusal(result.errorText, destination) }
        let lines = result.text.split(separator: "\n")
        if lines.contains(where: { $0.hasPrefix("controlpath ") && $0 != "controlpath none" }) { return nil }
        return folder.flatMap { folder in
            let name = SHA256Hasher.digest(of: Array(result.text.utf8)).description.suffix(16)
            let path = "\(folder)/\(name)"
            // The system takes no longer names, and `ssh` needs some of it for itself.
            guard path.utf8.count < 88 else { return nil }
            do {
                try files.makeFolder(folder)
                try files.setMode(0o700, of: folder)
            } catch { return nil }
            return path
        }
    }

    /// A folder for this person alone.
    private var folder: String? {
        if let path = variables["XDG_RUNTIME_DIR"], !path.isEmpty, (try? files.isFolder(path)) == true {
            return path + "/reprise"
        }
        if let path = variables["XDG_CACHE_HOME"], !path.isEmpty { return path + "/reprise/ssh" }
        return variables["HOME"].map { $0 + "/.cache/reprise/ssh" }
    }
}
