import Foundation
import OrderedCollections
import RepriseModel
import RepriseSnapshots
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import Reprise

@Suite(.enabled(if: TestEngine.podman.isUp, TestEngine.podman.absence), .serialized)
struct `Real images of launches` {
    private func ground(_ text: String, _ texts: [String: String] = [:]) throws -> LaboratoryFolder {
        var variables: [String: String] = [:]
        for name in ["CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "XDG_RUNTIME_DIR", "DOCKER_HOST", "HOME"] {
            variables[name] = ProcessInfo.processInfo.environment[name]
        }
        let site = "targets: {box: {kind: container, engine: podman}, sifs: {kind: apptainer}}"
        return try LaboratoryFolder(
            ["a.exp.yaml": text, "reprise.yaml": site].merging(texts) { $1 },
            variables: variables
        )
    }

    private func launched(_ ground: LaboratoryFolder, on target: String = "box") async throws -> [RunRequest] {
        let plan = try await ground.laboratory.plan(RunOptions(file: "a.exp.yaml", target: target))
        return try await ground.laboratory.launch(plan).runs.map { try ground.laboratory.show($0).request }
    }

    private func refusal(_ text: String, _ texts: [String: String] = [:]) async throws -> any RepriseError {
        let ground = try ground(text, texts)
        do {
            _ = try await launched(ground)
        } catch let error as any RepriseError {
            #expect(try ground.laboratory.list().isEmpty)
            #expect(try !LiveFileSystem().exists(ground.path + "/reprise.lock"))
            return error
        }
        return Mistake("it was launched", code: "no-error")
    }

    @Test func `are pinned, looked into and recorded by content`() async throws {
        let ground = try ground("command: [python3, -c, pass]\nenvironment: {image: \"\(TestEngine.pythonImage)\"}")
        let first = try #require(try await launched(ground).first)
        let image = try #require(first.steps[0].environment?.image)
        let lock = try DataLock(in: ground.path, files: LiveFileSystem())
        #expect(lock.images[TestEngine.pythonImage]?.id == image.id)
        let snapshot = try ground.laboratory.snapshot(try first.frozen().description)
        #expect(snapshot.manifest.environment.kind == "image")
        let facts = snapshot.manifest.environment.facts
        #expect(facts["image"] == .string(image.id.description))
        #expect(facts["interpreter"] == "cpython")
        #expect(!facts.values.contains { $0.text.contains("reprise-python") })
        // The second launch is the same snapshot: the lock was part of the first one's code.
        #expect(try await launched(ground).first?.snapshot == first.snapshot)
    }

    @Test(.enabled(if: TestEngine.apptainer.isUp, TestEngine.apptainer.absence))
    func `make the same snapshot on every engine`() async throws {
        let text = "command: [\"true\"]\nenvironment: {image: \"\(TestEngine.image)\"}"
        let (one, other) = (try ground(text), try ground(text))
        let left = try #require(try await launched(one, on: "box").first)
        let right = try #require(try await launched(other, on: "sifs").first)
        #expect(left.snapshot == right.snapshot)
    }

    @Test func `without the program or without a shell are refused before anything is queued`() async throws {
        let image = "environment: {image: \"\(TestEngine.image)\"}"
        let missing = try await refusal("command: trainer --fast\n\(image)")
        #expect(missing.code == "command-not-found")
        #expect(missing.what.contains("`trainer`") && missing.what.contains(TestEngine.image))
        #expect(try await refusal("command: /opt/none\n\(image)").code == "command-not-found")
        #expect(try await refusal("command: x\nenvironment: {image: \"localhost/none:0\"}").code == "image-missing")
    }

    @Test func `differ by step, and each step is what it says`() async throws {
        let text = """
            environment: {image: "\(TestEngine.pythonImage)"}
            steps:
              a: {command: [python3, -c, pass]}
              b: {command: ls, environment: {image: "\(TestEngine.image)", network: none, read-only: true}}
            """
        let request = try #require(try await launched(try ground(text)).first)
        let environments = request.steps.map(\.environment)
        #expect(environments[0]?.image.reference == TestEngine.pythonImage)
        #expect(environments[1]?.image.reference == TestEngine.image)
        #expect(environments[1]?.network == StepEnvironment.Network.none)
        #expect(environments[1]?.isReadOnly == true)
    }

    @Test func `swept over make a snapshot each`() async throws {
        let text = """
            parameters: {image: "\(TestEngine.image)"}
            command: ls
            environment: {image: "{{ image }}"}
            sweep: {grid: {image: ["\(TestEngine.image)", "\(TestEngine.pythonImage)"]}, repeats: 2}
            """
        let requests = try await launched(try ground(text))
        #expect(requests.count == 4)
        #expect(Set(requests.map(\.snapshot)).count == 2)
    }

    @Test func `whose pin is another one than the name means now are told, and the pin is used`() async throws {
        let ground = try ground("command: ls\nenvironment: {image: \"\(TestEngine.image)\"}")
        _ = try await launched(ground, on: "box")
        let files = LiveFileSystem()
        var lock = try DataLock(in: ground.path, files: files)
        let other = try self.ground("command: ls\nenvironment: {image: \"\(TestEngine.pythonImage)\"}")
        let python = try #require(try await launched(other).first?.steps[0].environment?.image)
        lock.images[TestEngine.image] = python
        try lock.write(in: ground.path, files: files)
        let plan = try await ground.laboratory.plan(RunOptions(file: "a.exp.yaml", target: "box"))
        let notes = Mutex<[String]>([])
        let launch = try await ground.laboratory.launch(plan) { event in
            if case .note(let text) = event { notes.withLock { $0.append(text) } }
        }
        let request = try ground.laboratory.show(try #require(launch.runs.first)).request
        #expect(request.steps[0].environment?.image.id == python.id)
        #expect(notes.withLock { $0 }.contains { $0.contains("has moved") && $0.contains(python.id.short) })
    }
}
