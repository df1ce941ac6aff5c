import OrderedCollections
import RepriseModel
import RepriseStore
import Testing

@testable import RepriseServer

extension ServerFixture {
    /// Makes a run through the API and logs into it; returns its id.
    @discardableResult
    fileprivate func makeRun(
        _ name: String,
        project: String = "0",
        start: Int64,
        metrics: Mapping = [:],
        params: [(String, String)] = [],
        tags: [(String, String)] = []
    ) async throws -> String {
        let made = try await post(
            "runs/create",
            ["experiment_id": .string(project), "run_name": .string(name), "start_time": .integer(start)]
        )
        let id = try #require(made["run.info.run_id"]?.stringValue)
        let pairs = { (pairs: [(String, String)]) -> Value in
            .list(pairs.map { ["key": .string($0), "value": .string($1)] })
        }
        let points: [Value] = metrics.map {
            ["key": .string($0), "value": $1, "timestamp": 5, "step": 1]
        }
        let batch = try await post(
            "runs/log-batch",
            ["run_id": .string(id), "metrics": .list(points), "params": pairs(params), "tags": pairs(tags)]
        )
        #expect(batch.status == 200, "\(batch.text)")
        return id
    }

    fileprivate func names(_ body: Mapping) async throws -> [String] {
        let answer = try await post("runs/search", body)
        #expect(answer.status == 200, "\(answer.text)")
        return (answer["runs"]?.listValue ?? []).map { $0[path: "info.run_name"]?.stringValue ?? "?" }
    }
}

@Suite struct `Searching for runs` {
    @Test func `a filter, an order and a limit give whole runs`() async throws {
        let server = try ServerFixture()
        for place in 0..<6 {
            try await server.makeRun(
                "r\(place)",
                start: Int64(1000 + place),
                metrics: ["loss": .number(Double(place) / 2), "acc": place == 3 ? "NaN" : .integer(Int64(place))],
                params: [("z", "1e-2"), ("lr", "0.0\(place)"), ("deep", "True")],
                tags: [("team", place.isMultiple(of: 2) ? "a" : "b")]
            )
        }
        #expect(try await server.names(["experiment_ids": ["0"]]) == ["r5", "r4", "r3", "r2", "r1", "r0"])
        let filter: Mapping = [
            "experiment_ids": ["0"], "filter": "metrics.loss >= 1 and tags.team = 'a'",
            "order_by": ["metrics.loss DESC"],
        ]
        #expect(try await server.names(filter) == ["r4", "r2"])
        #expect(
            try await server.names(["experiment_ids": ["0"], "order_by": ["metrics.acc DESC"]])
                == ["r5", "r4", "r2", "r1", "r0", "r3"]
        )
        let params: Mapping = [
            "experiment_ids": [0],
            "filter": "params.lr IN ('0.01', '0.04') and params.z = '1e-2' and params.deep = 'True'",
        ]
        #expect(try await server.names(params) == ["r4", "r1"])

        let answer = try await server.post("runs/search", ["experiment_ids": ["0"], "max_results": 1])
        let one = try #require(answer["runs.0"])
        let alone = try await server.get("runs/get?run_id=\(one[path: "info.run_id"]?.stringValue ?? "")")
        #expect(one == alone["run"])
        #expect(answer["next_page_token"]?.stringValue?.isEmpty == false)
    }

    @Test func `pages follow each other, and the last has no token`() async throws {
        let server = try ServerFixture()
        for place in 0..<5 { try await server.makeRun("r\(place)", start: Int64(place)) }
        var body: Mapping = ["experiment_ids": ["0"], "max_results": 2]
        var names: [String] = []
        for round in 0..<3 {
            let answer = try await server.post("runs/search", body)
            names += (answer["runs"]?.listValue ?? []).compactMap { $0[path: "info.run_name"]?.stringValue }
            #expect((answer["next_page_token"] == nil) == (round == 2))
            body["page_token"] = answer["next_page_token"]
        }
        #expect(names == ["r4", "r3", "r2", "r1", "r0"])
        let empty = try await server.post("runs/search", ["experiment_ids": ["0"], "filter": "tags.a = 'b'"])
        #expect(empty.text == "{}")
        #expect(try await server.post("runs/search", [:]).text == "{}")
    }

    @Test func `deleted runs are seen where they are asked for`() async throws {
        let server = try ServerFixture()
        try await server.makeRun("kept", start: 1)
        let gone = try await server.makeRun("gone", start: 2)
        #expect(try await server.post("runs/delete", ["run_id": .string(gone)]).status == 200)
        #expect(try await server.names(["experiment_ids": ["0"]]) == ["kept"])
        for view in ["DELETED_ONLY", 2] as [Value] {
            #expect(try await server.names(["experiment_ids": ["0"], "run_view_type": view]) == ["gone"])
        }
        #expect(try await server.names(["experiment_ids": ["0"], "run_view_type": "ALL"]) == ["gone", "kept"])
    }

    @Test(
        arguments: [
            (["filter": "metrics.a == 1"], "Invalid comparator '=='"),
            (["filter": "stauts = 'x'"], "Invalid attribute key 'stauts' specified"),
            (["filter": "params.a = 'x"], "Invalid clause(s) in filter string"),
            (["filter": 5], "filter"),
            (["order_by": ["metrics.a up"]], "Invalid ordering key in order_by clause"),
            (["order_by": "metrics.a up"], ""),
            (["order_by": [5]], ""),
            (["max_results": 0], "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer"),
            (
                ["max_results": -1],
                "Invalid value -1 for parameter 'max_results' supplied. It must be a positive integer"
            ),
            (["max_results": 50_001], "Invalid value 50001 for parameter 'max_results' supplied"),
            (["max_results": "many"], ""),
            (["page_token": "nonsense"], "Invalid page token"),
            (["experiment_ids": ["x"]], "Invalid experiment ID 'x'"),
            (["experiment_ids": [[1]]], "Invalid experiment ID"),
            (["run_view_type": "SOME"], "Invalid value \"SOME\" for parameter 'run_view_type'"),
        ] as [(Mapping, String)]
    )
    func `a mistake is the client's`(_ change: Mapping, _ message: String) async throws {
        let server = try ServerFixture()
        var body: Mapping = ["experiment_ids": ["0"]]
        body.merge(change) { _, new in new }
        let answer = try await server.post("runs/search", body)
        #expect(answer.status == 400)
        #expect(answer["error_code"] == "INVALID_PARAMETER_VALUE")
        #expect(answer["message"]?.stringValue?.hasPrefix(message) == true || message == "filter", "\(answer.text)")
    }
}

@Suite struct `Searching for projects` {
    @Test func `by name, tag, number and time, over GET and POST`() async throws {
        let server = try ServerFixture()
        for name in ["beta", "alpha", "Alpine"] {
            let made = try await server.post("experiments/create", ["name": .string(name)])
            #expect(made.status == 200)
            let tag: Mapping = [
                "experiment_id": made["experiment_id"] ?? .null, "key": "team",
                "value": .string(String(name.prefix(1))),
            ]
            #expect(try await server.post("experiments/set-experiment-tag", tag).status == 200)
        }
        func names(_ answer: Answer) -> [String] {
            (answer["experiments"]?.listValue ?? []).map { $0[path: "name"]?.stringValue ?? "?" }
        }
        let all = try await server.get("experiments/search?max_results=10&order_by=name")
        #expect(names(all) == ["Alpine", "Default", "alpha", "beta"])
        for (filter, expected) in [
            ("name LIKE 'al%'", ["alpha"]), ("name ILIKE 'al%'", ["Alpine", "alpha"]), ("tags.team = 'b'", ["beta"]),
            ("tags.team IS NULL", ["Default"]), ("experiment_id = '0'", ["Default"]),
            ("experiment_id IN ('1', '2')", ["alpha", "beta"]),
            ("creation_time > 0 and name != 'beta'", ["Alpine", "Default", "alpha"]),
        ] {
            let body: Mapping = ["filter": .string(filter), "max_results": 10, "order_by": ["name ASC"]]
            #expect(names(try await server.post("experiments/search", body)) == expected, "\(filter)")
        }
        let first = try await server.post("experiments/search", ["max_results": 3, "order_by": ["name DESC"]])
        #expect(names(first) == ["beta", "alpha", "Default"])
        let token = try #require(first["next_page_token"]?.stringValue)
        let second = try await server.get("experiments/search?max_results=3&order_by=name+DESC&page_token=\(token)")
        #expect(names(second) == ["Alpine"])
        #expect(second["next_page_token"] == nil)
        #expect(second["experiments.0.tags.0.value"] == "A")
    }

    @Test func `deleted ones are seen where they are asked for`() async throws {
        let server = try ServerFixture()
        let made = try await server.post("experiments/create", ["name": "gone"])
        #expect(
            try await server.post("experiments/delete", ["experiment_id": made["experiment_id"] ?? .null]).status == 200
        )
        func count(_ view: String) async throws -> Int {
            try await server.get("experiments/search?view_type=\(view)&max_results=10")["experiments"]?.listValue?.count
                ?? 0
        }
        #expect(try await count("ACTIVE_ONLY") == 1)
        #expect(try await count("DELETED_ONLY") == 1)
        #expect(try await count("ALL") == 2)
        #expect(try await server.get("experiments/search?view_type=x&max_results=1").status == 400)
        #expect(try await server.get("experiments/search?filter=params.a=%27x%27").status == 400)
    }
}
