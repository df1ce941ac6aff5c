import RepriseModel
import RepriseSystem

/// Asks registries what stands behind a name, without an engine and without fetching an image.
package struct RegistryClient: Sendable {
    private let http: any HTTPClient
    private let files: any FileSystem
    private let processes: any ProcessRunner
    private let variables: [String: String]

    /// `variables` of the environment tell where logins lie.
    package init(
        http: any HTTPClient,
        files: any FileSystem,
        processes: any ProcessRunner,
        variables: [String: String]
    ) {
        self.http = http
        self.files = files
        self.processes = processes
        self.variables = variables
    }

    /// The image for that kind of processor. What the registry sends is checked against the digest that it, or the
    /// reference, claims.
    package func resolve(
        _ reference: RegistryReference,
        architecture: String = machineArchitecture
    ) async throws -> RegistryImage {
        throw Mistake("registries cannot be asked yet", code: "not-built")
    }
}
