import OrderedCollections
import RepriseModel
import RepriseSnapshots
import RepriseSystem
import Testing

@testable import Reprise
@testable import RepriseExperiments

@Suite struct `Planned environments` {
    private static let site = """
        targets:
          box: {kind: container, engine: podman}
          pinned: {kind: container, image: "localhost/own:1"}
          sifs: {kind: apptainer}
        """

    private func folder(_ texts: [String: String] = [:]) throws -> LaboratoryFolder {
        try LaboratoryFolder(["reprise.yaml": Self.site].merging(texts) { $1 })
    }

    private func mistake(
        _ text: String,
        on target: String? = nil,
        _ texts: [String: String] = [:]
    ) async throws -> any RepriseError {
        let ground = try folder(texts.merging(["a.exp.yaml": text]) { $1 })
        do {
            _ = try await ground.laboratory.plan(RunOptions(file: "a.exp.yaml", target: target))
        } catch let error as any RepriseError {
            #expect(error.fault == .usage)
            return error
        }
        return Mistake("it was planned", code: "no-error")
    }

    @Test func `are refused where the target cannot have them, before anything is looked for`() async throws {
        let code: (String, String?, [String: String]) async throws -> String = { text, target, texts in
            try await mistake(text, on: target, texts).code
        }
        #expect(try await code("command: a\nenvironment: {network: none}", nil, [:]) == "no-image")
        #expect(try await code("command: a", "box", [:]) == "no-image")
        #expect(try await code("command: a", "sifs", [:]) == "no-image")
        #expect(try await code("command: a\nenvironment: {host: true}", "pinned", [:]) == "no-image")
        #expect(try await code("command: a\nenvironment: {image: a.sif}", "box", [:]) == "wrong-image-format")
        let definition = "command: a\nenvironment: {build: {definition: t.def}}"
        #expect(try await code(definition, "box", ["t.def": "x"]) == "wrong-image-format")
        #expect(try await code(definition, "sifs", [:]) == "recipe-missing")
        let outside = "command: a\nenvironment: {build: {dockerfile: ../Dockerfile}}"
        #expect(try await code(outside, nil, ["../Dockerfile": "FROM scratch"]) == "recipe-outside")
        let context = "command: a\nenvironment: {build: {dockerfile: D, context: ..}}"
        #expect(try await code(context, nil, ["D": "FROM scratch"]) == "recipe-outside")
    }

    @Test func `have no credential that the site does not have`() async throws {
        let own = ["reprise.yaml": "credentials: {token: {variable: A_TOKEN}}"]
        let error = try await mistake("command: a\nenvironment: {credentials: {TOKEN: tokn}}", on: nil, own)
        #expect(error.code == "unknown-credential")
        #expect(error.fix == "did you mean `token`?")
        // Whether its secret is there shows when a run needs it.
        let known = try await mistake("command: a\nenvironment: {credentials: {TOKEN: token}}", on: nil, own)
        #expect(known.code == "no-error")
    }

    @Test func `name the place of a reference that is none`() async throws {
        let error = try await mistake("command: a\nenvironment: {image: \"Bad Name\"}")
        #expect(error.place?.line == 2)
        #expect(error.place?.column == 22)
    }

    @Test func `take the image of the target where the experiment names none`() async throws {
        let ground = try folder(["a.exp.yaml": "command: a", "b.exp.yaml": "command: a\nenvironment: {image: other}"])
        let own = try await ground.laboratory.plan(RunOptions(file: "a.exp.yaml", target: "pinned"))
        #expect(own.variants.map { $0.images.map { $0?.reference } } == [["localhost/own:1"]])
        let other = try await ground.laboratory.plan(RunOptions(file: "b.exp.yaml", target: "pinned"))
        #expect(other.variants.map { $0.images.map { $0?.reference } } == [["other"]])
    }

    @Test func `are shown with what the lock pins, and nothing is asked`() async throws {
        let text = """
            parameters: {v: 1}
            environment: {image: "tool:{{ v }}"}
            steps:
              a: {command: x}
              b: {command: y, environment: {host: true}}
              c: {command: z, environment: {build: {dockerfile: D}}}
            sweep: {grid: {v: [1, 2]}}
            """
        let ground = try folder(["a.exp.yaml": text, "D": "FROM tool:1"])
        let id = try #require(Digest(String(repeating: "5d", count: 32)))
        let image = ImageIdentity(id: id, reference: "tool:1")
        try DataLock.pin(["tool:1": image], in: ground.path, files: LiveFileSystem())
        let plan = try await ground.laboratory.plan(RunOptions(file: "a.exp.yaml"))
        #expect(
            plan.variants.map { $0.images.map { $0?.words } } == [
                ["tool:1, pinned to 5d5d5d5d5d5d", nil, "D, built from the snapshot"],
                ["tool:2, pinned when it is first used", nil, "D, built from the snapshot"],
            ]
        )
    }
}

@Suite struct `Environments in a snapshot` {
    private let host = EnvironmentFingerprint(facts: ["system": "here"])
    private let image = ImageIdentity(id: SHA256Hasher.digest(of: "i".utf8), reference: "tool:1")

    private func variant(_ names: [String?]) -> PlannedVariant {
        PlannedVariant(
            name: "a",
            experiment: "a",
            project: "p",
            tags: [],
            number: 0,
            replicate: 0,
            parameters: [],
            values: [:],
            seed: Seed(1),
            steps: names.map { StepRequest(name: $0, command: .shell([.text("x")])) },
            environments: names.map { _ in EnvironmentDeclaration(.unsaid) },
            variables: [:]
        )
    }

    @Test func `are the host's, and those of steps that differ`() {
        let answer = ImageAnswer(facts: ["system": "there", "architecture": "x86_64"], programs: [:])
        let inside = answer.fingerprint(of: image, network: .none)
        #expect(inside.kind == "image")
        #expect(inside.facts.keys == ["architecture", "image", "network", "system"])
        #expect(inside.facts["image"] == .string(image.id.description))
        let step = StepEnvironment(image: image)
        let mixed = FrozenEnvironments(
            variant(["a", "b", "c"]),
            fingerprints: [inside, host, inside],
            steps: [step, nil, step]
        )
        #expect(mixed.environment == host)
        #expect(mixed.others == ["a": inside, "c": inside])
        let alone = FrozenEnvironments(variant([nil]), fingerprints: [inside], steps: [step])
        #expect(alone.environment == inside)
        #expect(alone.others.isEmpty)
    }

    @Test func `do not depend on what the image is called`() {
        let answer = ImageAnswer(facts: [:], programs: [:])
        var other = image
        other.reference = "registry.example/tool@sha256:0"
        other.repository = "registry.example/tool"
        #expect(answer.fingerprint(of: image, network: .engine) == answer.fingerprint(of: other, network: .engine))
    }

    @Test func `are absent in requests of before there were any, which can be read`() throws {
        let request = StepRequest(command: .shell([.text("x")]))
        let value = try Value(encoding: request)
        #expect(value[path: "environment"] == nil)
        #expect(try value.decode(StepRequest.self) == request)
    }
}
