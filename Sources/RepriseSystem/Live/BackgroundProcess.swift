import Glibc
import RepriseModel

/// The id of this process.
package func processID() -> Int32 { getpid() }

/// Starts a program as a session of its own that outlives this process; what it prints is added to `log`.
package func startInBackground(
    _ program: String,
    _ arguments: [String],
    variables: [String: String],
    log: String
) throws(FileError) {
    let nothing = try OpenFile("/dev/null", O_RDONLY, operation: "read")
    _ = try SpawnRequest(
        program: program,
        arguments: arguments,
        variables: variables.map { "\($0.key)=\($0.value)" }.sorted(),
        folder: "/",
        output: log,
        errors: log,
        held: nothing.descriptor
    )
    .start()
}
