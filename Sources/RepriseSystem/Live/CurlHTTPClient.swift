import RepriseModel

/// HTTP through the `curl` program, so that proxies, certificates and `.netrc` work as they do everywhere on the machine.
///
/// A person's `.curlrc` is not read: what it turns on would change replies.
package struct CurlHTTPClient: HTTPClient {
    private let processes: any ProcessRunner
    private let entropy: any Entropy

    package init(processes: any ProcessRunner, entropy: any Entropy) {
        self.processes = processes
        self.entropy = entropy
    }

    package func send(_ calls: [HTTPCall]) async throws -> [HTTPOutcome] {
        guard !calls.isEmpty else { return [] }
        let random = withUnsafeBytes(of: (entropy.next(), entropy.next())) { hexadecimal(Array($0)) }
        let configuration = CurlConfiguration(boundary: "--reprise-" + random)
        do {
            let result = try await processes.run(
                Invocation("curl", ["--disable", "--config", "-"], input: Array(configuration.text(of: calls).utf8))
            )
            return configuration.outcomes(
                of: result.output,
                status: result.status,
                errors: result.errorText,
                count: calls.count,
                withFields: Set(calls.indices.filter { calls[$0].wantsFields })
            )
        } catch is ProgramMissing {
            throw Mistake(
                "cannot find `curl` on this machine",
                why: "Reprise speaks to servers elsewhere through it",
                fix:
                    "install it (`apt-get install curl`, `dnf install curl`), or put the folder that holds it into PATH",
                code: "program-missing",
                fault: .world
            )
        }
    }
}
