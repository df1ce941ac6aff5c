import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseExperiments

@Suite struct `Steps` {
    @Test func `come in an order in which each follows what it needs`() async throws {
        let plan = try await plan(
            """
            parameters: {n: 3}
            resources: {cpus: 2, memory: 1GiB}
            retry: {attempts: 2}
            steps:
              report:  {command: "echo {{ n }}", needs: train, outputs: [report.json]}
              train:   {command: [run, "{{ split }}", "{{ splits }}"], needs: [prepare], split: 4, resources: {cpus: 1, time: 1h}}
              prepare: {command: [prep], retry: {attempts: 5, on: [timeout]}}
            """
        )
        let steps = try #require(plan.variants.first?.steps)
        #expect(steps.map(\.name) == ["prepare", "train", "report"])
        #expect(steps[1].splits == 4)
        #expect(steps[1].command == .list([[.text("run")], [.run(.split)], [.run(.splits)]]))
        #expect(steps[1].resources == Resources(cpus: 1, memory: 1 << 30, time: 3_600_000))
        #expect(steps[0].resources == Resources(cpus: 2, memory: 1 << 30))
        #expect(steps[0].retry == RetryPolicy(attempts: 5, on: [.timeout]))
        #expect(steps[2].retry == RetryPolicy(attempts: 2))
        #expect(steps[2].outputs == [OutputRule(pattern: "report.json")])
        #expect(steps[2].needs == ["train"])
    }
}

@Suite struct `The schema` {
    @Test func `says what validation checks`() throws {
        let schema = try Value(json: experimentSchemaJSON())
        let properties = try #require(schema[path: "properties"]?.mapValue)
        #expect(properties.keys.sorted() == ExperimentSchema.keyNames.sorted())
        #expect(schema[path: "additionalProperties"] == false)
        #expect(schema[path: "$schema"] == "https://json-schema.org/draft/2020-12/schema")
    }
}
