import OrderedCollections
import RepriseModel
import RepriseStore
import RepriseTestKit
import Testing

@Suite struct `Parameters that a client logs` {
    @Test(arguments: [
        "", "0.01", "1", "-7", "1e-2", "0.10", "True", "true", "false", "None", "null", "NaN", "nan", "inf", "Infinity",
        "-Infinity", "1e+15", "1e15", "9223372036854775807", "9223372036854775808", "-0", "-0.0", "0x10", " 1", "1 ",
        "[1, 2]", "{}", "\"a\"", "ü\u{0}x", "0.1000000000000000055511151231257827", "1.0", "1.", ".5", "+1", "1_000",
    ])
    func `come back as the text that was sent`(text: String) async throws {
        let fixture = try StoreFixture()
        let run = try await fixture.clientRun()
        for _ in 0..<2 { try await fixture.store.log(LoggedBatch(run: run, parameters: [("p", text)])) }
        #expect(try fixture.logged(run).parameters.map(\.text) == [text])
    }

    @Test func `are numbers and booleans where their text says so exactly`() async throws {
        let fixture = try StoreFixture()
        let run = try await fixture.clientRun()
        let texts = ["0.01", "1", "1e-2", "True", "true", "None", "NaN"]
        let parameters = texts.map { ($0, $0) }
        try await fixture.store.log(LoggedBatch(run: run, parameters: parameters))
        let values = try fixture.store.run(run).request.parameters.map(\.value)
        #expect(values.map(\.kind) == ["number", "whole number", "text", "text", "boolean", "text", "number"])
        #expect(try fixture.logged(run).parameters.map(\.name) == texts)
    }

    @Test func `keep their value, and nothing else of the batch is written`() async throws {
        let fixture = try StoreFixture()
        let (store, run) = (fixture.store, try await fixture.clientRun())
        try await store.log(LoggedBatch(run: run, parameters: [("lr", "0.1")]))
        var batch = LoggedBatch(run, "loss", [(0, 0, 1)])
        batch.parameters = [("new", "1"), ("lr", "0.10")]
        batch.tags = [("a", "b")]
        let refused = StoreError.parameterChanged(key: "lr", old: "0.1", new: "0.10")
        await #expect(throws: refused) { try await store.log(batch) }
        #expect(try fixture.logged(run).parameterTexts == ["lr": "0.1"])
        #expect(try fixture.logged(run).metrics.isEmpty)
        #expect(try fixture.logged(run).tagTexts["a"] == nil)
    }

    @Test(arguments: [
        (Value.bool(true), "True"), (.number(1e15), "1e15"), (.integer(3), "3.0"), (.number(0.1), "0.10"),
        (.null, "None"), (.number(.nan), "nan"), (.number(.infinity), "inf"),
    ])
    func `of a launched run may be logged in Python's spelling`(value: Value, text: String) async throws {
        let fixture = try StoreFixture()
        let request = fixture.request(parameters: [("p", value)])
        try fixture.insert([request])
        try await fixture.store.log(LoggedBatch(run: request.id, parameters: [("p", text)]))
        #expect(try fixture.logged(request.id).parameters.map(\.text) == [value.text])
        await #expect(throws: StoreError.self) {
            try await fixture.store.log(LoggedBatch(run: request.id, parameters: [("p", "other")]))
        }
    }
}
