import RepriseModel
import RepriseSystem
import Testing

@testable import Reprise

@Suite struct Scaffolds {
    @Test func `hold an experiment that runs, beside the schema that it names`() async throws {
        let project = try LaboratoryFolder()
        #expect(try project.laboratory.scaffold() == [".repriseignore", "project.exp.yaml", "reprise.yaml"])
        let runs = try await project.run("project.exp.yaml", "rounds=2")
        #expect(runs.map(\.state) == [.finished])
        #expect(runs.first?.metrics.first?.last == 4)
        #expect(runs.first?.outputs.map(\.path) == ["result.txt"])
        let first = try LiveFileSystem().text(project.path + "/project.exp.yaml").prefix { $0 != "\n" }
        let schema = try #require(first.split(separator: "=").last)
        #expect(try Value(json: LiveFileSystem().text("\(project.path)/\(schema)")).mapValue != nil)
    }

    @Test func `replace nothing unasked`() throws {
        let project = try LaboratoryFolder(["reprise.yaml": "target: local\n"])
        let error = #expect(throws: Mistake.self) { try project.laboratory.scaffold() }
        #expect(error?.code == "file-exists")
        #expect(try !LiveFileSystem().exists(project.path + "/project.exp.yaml"))
        #expect(try project.laboratory.scaffold(force: true).count == 3)
    }
}
