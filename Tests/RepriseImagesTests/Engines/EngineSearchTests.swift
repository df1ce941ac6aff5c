import Foundation
import RepriseModel
import RepriseSystem
import Synchronization
import Testing

@testable import RepriseImages

@Suite struct `The search for engines` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "search-\(UUID())").path()
    private let files = LiveFileSystem()
    private let processes = CountingPrograms()

    private func search(_ variables: [String: String] = [:]) -> EngineSearch {
        EngineSearch(
            files: files,
            processes: processes,
            variables: variables.merging(["PATH": "\(folder)/none:\(folder)/bin"]) { mine, _ in mine },
            cache: folder + "/cache/engines.json",
            user: 1000
        )
    }

    private func withPrograms(_ names: [String], _ body: () async throws -> Void) async throws {
        try files.makeFolder(folder + "/bin")
        for name in names { try files.write("#!/bin/sh\n", to: "\(folder)/bin/\(name)", mode: 0o755) }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body()
    }

    @Test func `an engine is asked once, and again when its program or its settings are others`() async throws {
        try await withPrograms(["podman"]) {
            for _ in 0..<3 {
                let found = try await search().firstWorking([.docker, .podman])
                #expect(found.engine.kind == .podman)
                #expect(found.facts.version == "4.3.1")
            }
            #expect(processes.count == 1)
            _ = try await search(["CONTAINERS_STORAGE_CONF": "/other"]).firstWorking([.podman])
            #expect(processes.count == 2)
            try files.write("#!/bin/sh\n# newer\n", to: folder + "/bin/podman", mode: 0o755)
            _ = try await search().firstWorking([.podman])
            #expect(processes.count == 3)
            search().forget(try search().engine(.podman))
            _ = try await search().firstWorking([.podman])
            #expect(processes.count == 4)
        }
    }

    @Test func `a cache that is torn is no cache`() async throws {
        try await withPrograms(["podman"]) {
            _ = try await search().firstWorking([.podman])
            try files.write("{\"version\": 1, \"engi", to: folder + "/cache/engines.json")
            _ = try await search().firstWorking([.podman])
            #expect(processes.count == 2)
        }
    }

    @Test func `what is missing, and what is there and does not work, are told apart`() async throws {
        try await withPrograms(["docker"]) {
            let none = await #expect(throws: EngineError.self) {
                try await search().firstWorking([.podman, .apptainer])
            }
            #expect(none == .noneFound([.podman, .apptainer]))
            let one = await #expect(throws: EngineError.self) { try await search().firstWorking([.podman]) }
            #expect(one == .missing(.podman))
            let down = await #expect(throws: EngineError.self) { try await search().firstWorking([.podman, .docker]) }
            #expect(down?.code == "engine-daemon")
            #expect(throws: EngineError.missing(.podman)) { try search().engine(.podman) }
            // A failure is not remembered.
            _ = try? await search().firstWorking([.docker])
            #expect(processes.count == 2)
        }
    }
}

/// A podman that works and a docker whose daemon does not.
private final class CountingPrograms: ProcessRunner {
    private let state = Mutex(0)

    var count: Int { state.withLock { $0 } }

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        state.withLock { $0 += 1 }
        if invocation.program.hasSuffix("docker") {
            let words =
                "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
            return ProcessResult(status: 1, errors: Array(words.utf8))
        }
        let info =
            #"{"host":{"arch":"amd64","cgroupVersion":"v2","cgroupControllers":["cpu"],"security":{"rootless":true}},"store":{"graphDriverName":"overlay","graphRoot":"/g"},"version":{"Version":"4.3.1"}}"#
        return ProcessResult(status: 0, output: Array(info.utf8))
    }
}
