import OrderedCollections
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSystem
import Testing

@testable import Reprise

@Suite struct `The engine of a target` {
    private func target(_ kind: TargetKind, engine: String? = nil) -> TargetSettings {
        TargetSettings(name: "t", kind: kind, values: engine.map { ["engine": .string($0)] } ?? [:])
    }

    @Test func `is the first that works, Podman before Docker, and Apptainer where the machine itself executes, too`()
        throws
    {
        #expect(try target(.process).engines(for: nil, variables: [:]) == [.podman, .docker, .apptainer])
        #expect(try target(.container, engine: "auto").engines(for: .oci, variables: [:]) == [.podman, .docker])
        #expect(try target(.apptainer).engines(for: .oci, variables: [:]) == [.apptainer])
    }

    @Test func `follows the variable that names one engine's daemon, unless both are named`() throws {
        let one = ["DOCKER_HOST": "unix:///run/docker.sock"]
        #expect(try target(.container).engines(for: nil, variables: one) == [.docker, .podman])
        let both = one.merging(["CONTAINER_HOST": "unix:///run/podman.sock"]) { $1 }
        #expect(try target(.container).engines(for: nil, variables: both) == [.podman, .docker])
        #expect(try target(.container).engines(for: nil, variables: ["DOCKER_HOST": ""]) == [.podman, .docker])
    }

    @Test func `is the one that the site names, and no other`() throws {
        let variables = ["DOCKER_HOST": "unix:///run/docker.sock"]
        #expect(try target(.process, engine: "podman").engines(for: nil, variables: variables) == [.podman])
    }

    @Test func `is Apptainer for its files, or none`() throws {
        #expect(try target(.process).engines(for: .sif, variables: [:]) == [.apptainer])
        let error = #expect(throws: Mistake.self) {
            _ = try target(.container, engine: "docker").engines(for: .sif, variables: [:])
        }
        #expect(error?.code == "wrong-image-format")
    }
}
