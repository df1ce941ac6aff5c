import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseComparison

@Suite struct `Images side by side` {
    private func inside(_ digit: Character, _ id: Character, _ name: String) throws -> Execution {
        let image = ImageIdentity(id: try digest(id), reference: name)
        var execution = try execution(digit, facts: ["image": .string(image.id.description)]) {
            for step in $0.steps.indices { $0.steps[step].environment = StepEnvironment(image: image) }
        }
        execution.manifest?.environment.kind = "image"
        return execution
    }

    @Test func `are named where they differ, and compared by content alone`() throws {
        let (old, new) = (try inside("1", "a", "python:3.11"), try inside("2", "b", "python:3.12"))
        let factor = try #require(Factor.between(old, new).first { $0.name == "image" })
        #expect(
            factor.words == "environment image python:3.11 (aaaaaaaaaaaa) became python:3.12 (bbbbbbbbbbbb)"
        )
        let row = try #require(RunComparison([old, new]).rows.first { $0.name == "image" })
        #expect(row.differs)
        #expect(row.cells == ["python:3.11 (aaaaaaaaaaaa)", "python:3.12 (bbbbbbbbbbbb)"])
        let renamed = try inside("3", "a", "registry.example/python:3.11")
        #expect(!Factor.between(old, renamed).contains { $0.name == "image" })
        #expect(RunComparison([old, renamed]).rows.first { $0.name == "image" }?.differs == false)
    }

    @Test func `of steps count as those of the experiment do`() throws {
        var (left, right) = (try execution("1"), try execution("2"))
        left.manifest?.steps = ["train": EnvironmentFingerprint(kind: "image", facts: ["package.numpy": "1"])]
        right.manifest?.steps = ["train": EnvironmentFingerprint(kind: "image", facts: ["package.numpy": "2"])]
        #expect(
            Factor.between(left, right).map(\.words) == ["environment package.numpy of train 1 became 2"]
        )
        #expect(Uncontrolled.of(left).contains { $0.name == "environment" })
    }

    @Test func `hold the software fast`() throws {
        #expect(!Uncontrolled.of(try inside("1", "a", "x")).contains { $0.name == "environment" })
    }
}
