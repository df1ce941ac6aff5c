import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `Runs for which an expression holds` {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + seconds * 1000) }

    private func expression(_ text: String) throws -> Expression {
        try Expression(text, functions: RunScope.functions)
    }

    private func names(_ text: String, in store: Store) throws -> [String] {
        try store.runs(where: expression(text), order: .oldest).map(\.name)
    }

    /// Three runs: `a` finished well, `b` failed, `c` waits.
    private func fixture() async throws -> StoreFixture {
        let fixture = try StoreFixture()
        let runs = [
            fixture.request(
                name: "a",
                parameters: [("lr", 0.1), ("optimizer.name", "adam"), ("deep", true)],
                tags: ["baseline"]
            ),
            fixture.request(name: "b", parameters: [("lr", 1), ("optimizer.name", "sgd"), ("state", "old")]),
            fixture.request(name: "c", parameters: [("lr", "auto"), ("noise", .number(.nan))]),
        ]
        try fixture.insert(runs)
        try await fixture.store.record([
            JobChange(key: JobKey(run: runs[0].id), state: .running, at: at(10)),
            JobChange(key: JobKey(run: runs[0].id), state: .finished, at: at(100), exit: ExitRecord(status: 0)),
            JobChange(key: JobKey(run: runs[1].id), state: .running, at: at(20)),
            JobChange(key: JobKey(run: runs[1].id), state: .failed, at: at(50), exit: ExitRecord(status: 3)),
        ])
        func point(_ key: String, _ value: Double, step: Int64 = 1) -> MetricPoint {
            MetricPoint(key: key, step: step, time: at(5), value: value)
        }
        try fixture.store.ingest([
            IngestBatch(
                run: runs[0].id,
                time: at(5),
                points: [point("accuracy", 0.95), point("accuracy", 0.9, step: 2)]
            ),
            IngestBatch(run: runs[1].id, time: at(5), points: [point("accuracy", 0.5), point("loss.max", 7)]),
        ])
        try fixture.store.tag(runs[1].id, "owner", "ab")
        return fixture
    }

    @Test(
        arguments: [
            ("lr < 0.5", ["a"]), ("lr <= 1 and lr > 0.5", ["b"]), ("lr == 1.0", ["b"]), ("0.5 > lr", ["a"]),
            ("lr == \"auto\"", ["c"]), ("lr != 1", ["a", "c"]), ("noise != 3", ["c"]), ("not (lr == 1)", ["a", "c"]),
            ("optimizer.name == \"adam\"", ["a"]), ("optimizer.name in [\"adam\", \"sgd\"]", ["a", "b"]),
            ("deep == true", ["a"]), ("deep", ["a"]), ("parameters.state == \"old\"", ["b"]),
            ("state == \"failed\"", ["b"]), ("state in [\"queued\", \"finished\"]", ["a", "c"]),
            ("exit_status == 3", ["b"]),
            ("duration > 60", ["a"]), ("duration == 30", ["b"]), ("started > \"2023-11-14 22:13:35\"", ["b"]),
            ("metrics.accuracy.max > 0.92", ["a"]), ("metrics.accuracy < 0.92", ["a", "b"]),
            ("metrics.accuracy.count == 2", ["a"]),
            ("metrics.loss.max == 7", ["b"]), ("tag(\"baseline\")", ["a"]), ("tags.owner == \"ab\"", ["b"]),
            ("tag(\"baseline\") or exit_status == 3", ["a", "b"]), ("lr + 1 > 1.5", ["b"]), ("lr is null", []),
            ("\"owner\" in tags", ["b"]),
            ("name like \"[abc]*\" or name == \"c\"", ["c"]), ("metrics.accuracy is null", ["c"]),
            ("lr < 0.1 and metrics.accuracy.max > 0.9 or tag(\"baseline\")", ["a"]),
        ] as [(String, [String])]
    )
    func `are found`(text: String, expected: [String]) async throws {
        #expect(try await names(text, in: fixture().store) == expected)
    }

    @Test func `a name that nobody has is most likely a slip`() async throws {
        let store = try await fixture().store
        let error = try #require(throws: Mistake.self) { try names("optimizer.nam == 1", in: store) }
        #expect(error.fix == "did you mean `optimizer.name`?")
        #expect(error.place?.column == 1)
        let other = try #require(throws: Mistake.self) { try names("metrics.acuracy.max > 1", in: store) }
        #expect(other.fix == "did you mean `metrics.accuracy`?")
        #expect(try names("something_else == 1", in: store).isEmpty)
    }

    @Test func `a limit gives the first of them in order`() throws {
        let fixture = try StoreFixture()
        try fixture.insert(
            (0..<2000).map { fixture.request(name: "\($0)", parameters: [("x", .integer(Int64($0 % 7)))]) }
        )
        let found = try fixture.store.runs(where: expression("x + 0 == 3"), limit: 5)
        #expect(found.map(\.name) == ["1998", "1991", "1984", "1977", "1970"])
        let next = try fixture.store.runs(where: expression("x == 3"), limit: 1, after: found.last?.number)
        #expect(next.map(\.name) == ["1963"])
        #expect(next.first?.parameters == ["x": 3])
    }

    @Test func `SQL never leaves out a run for which the expression holds`() async throws {
        let fixture = try StoreFixture()
        var generator = SeededGenerator(seed: 31)
        let values: [Value] = [
            0, 1, -1, 0.5, 1.0, "1", "a", true, false, .null, .number(.nan), .number(.infinity), [1], "é",
        ]
        try fixture.insert(
            (0..<150)
                .map { index in
                    let parameters = ["x", "y"].map { ($0, values.randomElement(using: &generator) ?? 0) }
                    return fixture.request(name: "\(index)", parameters: parameters, tags: index % 3 == 0 ? ["t"] : [])
                }
        )
        let rows = try fixture.store.runs()
        for _ in 0..<400 {
            let expression = randomExpression(&generator, depth: 3)
            let expected = rows.filter { (try? expression.holds(in: RunScope(row: $0))) == true }.map(\.name)
            guard let found = try? fixture.store.runs(where: expression) else { continue }
            #expect(found.map(\.name) == expected, "\(expression)")
        }
    }

    private func randomExpression(_ generator: inout SeededGenerator, depth: Int) -> Expression {
        let place = Place(file: "expression", line: 1, column: 1)
        switch Int.random(in: 0..<(depth == 0 ? 4 : 7), using: &generator) {
        case 0...2:
            let literals: [Value] = [0, 1, 0.5, 1.0, "1", "a", true, .null, .number(.infinity), "é"]
            let operators: [ExpressionComparison] = [.equal, .unequal, .less, .atMost, .greater, .atLeast]
            let name = Expression.name(
                ExpressionName(parts: [Bool.random(using: &generator) ? "x" : "y"], place: place)
            )
            let literal = Expression.literal(literals.randomElement(using: &generator) ?? 0)
            let comparison = operators.randomElement(using: &generator) ?? .equal
            return Bool.random(using: &generator)
                ? .comparison(comparison, name, literal) : .comparison(comparison, literal, name)
        case 3:
            return .call(ExpressionCall(function: "tag", arguments: [.literal("t")], place: place))
        case 4: return .not(randomExpression(&generator, depth: depth - 1))
        case 5: return .all((0..<2).map { _ in randomExpression(&generator, depth: depth - 1) })
        default: return .any((0..<2).map { _ in randomExpression(&generator, depth: depth - 1) })
        }
    }
}
