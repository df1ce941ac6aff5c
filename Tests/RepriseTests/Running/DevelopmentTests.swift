import RepriseModel
import RepriseSystem
import Testing

@testable import Reprise

@Suite struct `Runs of the working tree` {
    private let experiment = """
        name: a
        command: [sh, -c, 'cat note && echo hi > out.txt && ls .reprise > /dev/null']
        outputs: [out.txt, "**/*.log"]
        """

    @Test func `see the files as they are, leave theirs there, and say so`() async throws {
        let ground = try LaboratoryFolder(["a.exp.yaml": experiment, "note": "one\n"])
        try ground.write("of Reprise's own folder", to: ".reprise/stray.log")
        let options = RunOptions(file: "a.exp.yaml", development: true)
        let run = try #require(try await evaluate(options, at: ground.laboratory).results().first)
        #expect(run.state == .finished)
        #expect(try ground.text("stdout.log", of: run.id) == "one\n")
        #expect(run.outputs.map(\.path) == ["out.txt"])
        #expect(try LiveFileSystem().exists(ground.path + "/out.txt"))
        #expect(run.request.development == ground.path)
        #expect(run.request.tags == [Laboratory.developmentTag])
    }

    @Test func `leave the project alone when they are removed`() async throws {
        let ground = try LaboratoryFolder(["a.exp.yaml": experiment, "note": "one\n"])
        let options = RunOptions(file: "a.exp.yaml", development: true)
        let run = try #require(try await evaluate(options, at: ground.laboratory).results().first)
        try ground.laboratory.delete([run.id])
        _ = try await ground.laboratory.collectGarbage(keepDays: 0)
        #expect(try LiveFileSystem().text(ground.path + "/note") == "one\n")
        #expect(throws: (any Error).self) { _ = try ground.laboratory.show(run.id) }
    }

    @Test func `have no kept snapshot beside them`() async throws {
        let ground = try LaboratoryFolder(["a.exp.yaml": experiment])
        await #expect(throws: Mistake.self) {
            _ = try await ground.laboratory.plan(RunOptions(file: "a.exp.yaml", snapshot: "x", development: true))
        }
    }
}
