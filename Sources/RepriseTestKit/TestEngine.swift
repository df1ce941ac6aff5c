import Foundation
import Testing

/// A real engine that the stage of `./dev test` (the scripts in `engines/`) has brought up for this user, or not.
///
/// Suites that need one have names that begin with `Real `, which is how the stage finds them:
/// `@Suite(.enabled(if: TestEngine.podman.isUp, TestEngine.podman.absence))`.
package enum TestEngine: String, CaseIterable, Sendable {
    case podman, docker, apptainer, slurm, kubernetes
    /// A second Slurm, with accounts and limits, whose configuration is at `accountingConfiguration`.
    case slurmdbd
    /// Environment modules; those of the tests are in `moduleFolder`.
    case modules
    /// The login node of the first, at `loginNode`.
    case ssh
    /// AWS as moto serves it, with the `aws` command.
    case moto
    /// A registry without a password at `registryHost`, and one with at `loginRegistryHost`.
    case registry

    package var isUp: Bool {
        Self.variable("REPRISE_TEST_ENGINES").split(separator: " ").contains { $0 == rawValue }
    }

    /// Why a test that needs it is skipped.
    package var absence: Comment { "\(rawValue) is not up for this user: `./dev engines up`, or all of `./dev test`" }

    /// A busybox of two megabytes, in the store of every engine that is up.
    package static let image = "localhost/reprise-test:1"
    /// Python with its standard library, without a compiler or pip.
    package static let pythonImage = "localhost/reprise-python:1"

    /// The folder with `busybox` and `python` as `.tar` (docker-archive), `.oci.tar` (oci-archive), `.oci` (layout), `.sif`.
    package static var imageFolder: String { variable("REPRISE_TEST_IMAGES") }
    /// `127.0.0.1:5150`; speaks plain HTTP, as registries on the machine itself do.
    package static var registryHost: String { variable("REPRISE_TEST_REGISTRY") }
    package static var loginRegistryHost: String { variable("REPRISE_TEST_LOGIN_REGISTRY") }
    /// The words with which `ssh` reaches it: options, then its name.
    package static var loginNode: String { variable("REPRISE_TEST_SSH") }
    package static let loginUser = "reader"
    package static var loginPassword: String { variable("REPRISE_TEST_LOGIN_PASSWORD") }

    package static var moduleFolder: String { variable("REPRISE_TEST_MODULES") }
    package static var accountingConfiguration: String { variable("REPRISE_TEST_SLURM_ACCOUNTING") }

    /// `CLAIM:PATH`, a claim of the cluster's volume whose root lies at that path here.
    package static var claim: String { variable("REPRISE_TEST_CLAIM") }

    /// The job queue that moto serves, and a place in its bucket.
    package static var batchQueue: String { variable("REPRISE_TEST_BATCH_QUEUE") }
    package static var batchWorkspace: String { variable("REPRISE_TEST_BATCH_WORKSPACE") }

    private static func variable(_ name: String) -> String { ProcessInfo.processInfo.environment[name] ?? "" }
}
