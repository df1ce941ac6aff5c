import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

/// A login node that is this machine, without any `sshd`: what stands in for `ssh` executes its command here.
struct NearbyLogin: ProcessRunner {
    let folders = BenchFolders("login")
    let files = LiveFileSystem()
    private var command: String { folders.path + "/bin/ssh" }
    private var calls: String { folders.path + "/calls" }

    init() throws {
        try files.makeFolder(folders.path + "/bin")
        // Connections end after so many bytes as `cut` says, where it says something.
        try files.write(
            """
            #!/bin/sh
            for word; do case $word in -G) exit 0 ;; -O) exit 255 ;; esac; done
            echo x >> \(shellQuoted(calls))
            [ -e \(shellQuoted(cut)) ] || exec sh -c "$word"
            sh -c "$word" | head -c "$(cat \(shellQuoted(cut)))"
            echo "Connection to login closed by remote host." >&2
            exit 255

            """,
            to: command,
            mode: 0o755
        )
    }

    private var cut: String { folders.path + "/cut" }

    func cutConnections(after bytes: Int?) throws {
        if let bytes { try files.write("\(bytes)", to: cut) } else { try files.remove(cut) }
    }

    /// How often somebody logged in.
    func logins() throws -> Int { try files.exists(calls) ? files.text(calls).split(separator: "\n").count : 0 }

    func workspace() throws -> RemoteWorkspace {
        let destination = try #require(SSHDestination("login"))
        let connection = SSHConnection(destination, processes: self, variables: ["HOME": folders.path])
        return RemoteWorkspace(
            folders.path + "/there",
            on: RemoteProcessRunner(connection, local: self),
            files: files
        )
    }

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        var invocation = invocation
        if invocation.program == "ssh" { invocation.program = command }
        invocation.variables["PATH"] = folders.path + "/bin:/usr/bin:/bin"
        return try await LiveProcessRunner().run(invocation)
    }

    /// A run's job, with its parcel.
    func makeJob(_ command: String) throws -> Job {
        var job = try folders.makeJob(command)
        job.parcel = JobParcel(runFolder: job.folder, files: ["run.sh"])
        return job
    }

    /// Executes the job there.
    func execute(_ job: Job) async throws {
        let folder = folders.path + "/there/" + RemotePlace.folder(of: job)
        let words = ["-c", "cd \"$1\" && exec sh run.sh > stdout.log 2> stderr.log", "sh", folder]
        _ = try await LiveProcessRunner().run(Invocation("sh", words))
    }
}
