import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseExperiments

@Suite struct `Environments` {
    @Test func `of steps replace what they say and keep the rest of the experiment's own`() async throws {
        let plan = try await plan(
            """
            environment: {image: "python:3.12", network: none, shared-memory: 1GiB}
            steps:
              prepare: {command: a, environment: {host: true}}
              train:   {command: b}
              report:  {command: c, environment: {image: report.sif, network: default, read-only: true}}
            """
        )
        let environments = try #require(plan.variants.first?.environments)
        #expect(environments.map(\.text) == [nil, "python:3.12", "report.sif"])
        #expect(environments[0].source == .host)
        #expect(environments[0].network == .engine)
        #expect(environments[0].sharedMemory == nil)
        #expect(environments[1].network == .none)
        #expect(environments[1].sharedMemory == 1 << 30)
        #expect(environments[2].network == .engine)
        #expect(environments[2].isReadOnly)
        #expect(environments[2].sharedMemory == 1 << 30)
        #expect(plan.environments == environments)
    }

    @Test func `without a word are the machine itself or what the target has`() async throws {
        let environment = try #require(try await plan("command: a").variants.first?.environments.first)
        #expect(environment == EnvironmentDeclaration(.unsaid))
        let fenced = try await plan("command: a\nenvironment: {network: none}")
        #expect(fenced.variants.first?.environments.first?.fence == "network")
        #expect(fenced.variants.first?.environments.first?.place?.line == 2)
        // What is written as it is anyway asks for nothing.
        let plain = try await plan("command: a\nenvironment: {network: default, read-only: false}")
        #expect(plain.variants.first?.environments.first == EnvironmentDeclaration(.unsaid))
    }

    @Test func `can be swept over`() async throws {
        let plan = try await plan(
            """
            parameters: {python: 3.11}
            command: python3 train.py
            environment: {image: "python:{{ python }}-slim"}
            sweep: {grid: {python: ["3.11", "3.12", "3.12"]}}
            """
        )
        #expect(
            plan.variants.map { $0.environments[0].text } == [
                "python:3.11-slim", "python:3.12-slim", "python:3.12-slim",
            ]
        )
        #expect(plan.environments.map(\.text) == ["python:3.11-slim", "python:3.12-slim"])
    }

    @Test func `with a recipe know its files from where the recipe is named`() async throws {
        let folder = try ExperimentFolder([
            "exp/a.exp.yaml": "extends: ../common/base.exp.yaml\nparameters: {v: 3}\ncommand: x",
            "common/base.exp.yaml":
                "environment: {build: {dockerfile: images/Dockerfile, context: ., arguments: {VERSION: \"{{ v }}\"}}}",
        ])
        let plan = try #require(try await folder.plan("exp/a.exp.yaml").first)
        guard case .recipe(let recipe) = plan.environments.first?.source else {
            Issue.record("no recipe")
            return
        }
        #expect(recipe.kind == .dockerfile)
        #expect(recipe.file.hasSuffix("/common/images/Dockerfile"))
        #expect(recipe.context.hasSuffix("/common"))
        #expect(recipe.arguments == ["VERSION": "3"])
        #expect(plan.environments.first?.text == "Dockerfile")
    }

    @Test func `can be given beside the file`() async throws {
        let plan = try await plan("command: a\nenvironment: {image: b}", ["environment.image=c"])
        #expect(plan.environments.map(\.text) == ["c"])
    }
}
