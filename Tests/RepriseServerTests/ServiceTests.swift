import HTTPTypes
import NIOCore
import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseServer

@Suite struct `The server itself` {
    @Test func `health and version answer in plain text`() async throws {
        let server = try ServerFixture()
        let health = try await server.ask(.get, "/health")
        #expect(health.status == 200 && health.text == "OK")
        let version = try await server.ask(.get, "/version")
        #expect(version.text.wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
    }

    @Test func `an unknown call is told so in JSON`() async throws {
        let server = try ServerFixture()
        for path in ["/api/3.0/mlflow/traces", "/api/2.0/mlflow/gateway/routes", "/nothing", "/"] {
            let answer = try await server.send(.post, path, json: [:])
            #expect(answer.status == 404 && answer.errorCode == "ENDPOINT_NOT_FOUND", "\(path): \(answer.text)")
        }
    }

    @Test func `HEAD is GET without a body`() async throws {
        let server = try ServerFixture()
        let answer = try await server.ask(.head, "/health")
        #expect(answer.status == 200 && answer.bytes.isEmpty)
        #expect(answer.headers[.contentLength] == "2")
    }
}

@Suite struct `Who may ask` {
    private func guarded(token: String? = nil, hosts: [String] = [], anyName: Bool = false) throws -> ServerFixture {
        try ServerFixture(safeguards: Safeguards(token: token, hosts: HostNames(chosen: hosts, anyName: anyName)))
    }

    @Test(arguments: ["localhost", "localhost:5000", "127.0.0.1:80", "127.9.9.9", "[::1]:5000", "a.localhost"])
    func `a name of this machine is answered`(host: String) async throws {
        let answer = try await guarded().ask(.get, "/api/3.0/mlflow/server-info", host: host)
        #expect(answer.status == 200)
    }

    @Test(arguments: ["example.org", "127.0.0.1.example.org", "localhost.example.org:5000", "127.0.0.256", ""])
    func `a foreign name is refused`(host: String) async throws {
        let answer = try await guarded().ask(.get, "/api/3.0/mlflow/server-info", host: host)
        #expect(answer.status == 403 && answer.errorCode == "PERMISSION_DENIED")
    }

    @Test func `a name that was allowed is answered`() async throws {
        let server = try guarded(hosts: ["lab.example.org", "*.cluster.example.org"])
        for (host, status) in [
            ("lab.example.org:5000", 200), ("LAB.example.org", 200), ("n1.cluster.example.org", 200),
            ("cluster.example.org", 403), ("evil-lab.example.org", 403),
        ] {
            #expect(try await server.ask(.get, "/api/3.0/mlflow/server-info", host: host).status == status, "\(host)")
        }
    }

    @Test func `a page of another origin cannot write`() async throws {
        let server = try guarded(hosts: ["lab.example.org"])
        for (origin, allowed) in [
            ("http://localhost:5000", true), ("http://lab.example.org", true), ("http://localhost:3000", false),
            ("https://example.org", false), ("null", false),
        ] {
            let answer = try await server.ask(.post, "/nothing", [.origin: origin])
            #expect(answer.status == (allowed ? 404 : 403), "\(origin)")
        }
    }

    @Test func `the token is taken as bearer and as password`() async throws {
        let server = try guarded(token: "s3cret", anyName: true)
        for (header, status) in [
            ("Bearer s3cret", 200), ("bearer s3cret", 200), ("Basic bWU6czNjcmV0", 200), ("Basic OnMzY3JldA==", 200),
            ("Bearer s3cre", 401), ("Bearer s3crets", 401), ("Bearer ", 401), ("Basic s3cret", 401), ("s3cret", 401),
            ("Basic bWU6czNjcmV", 401), ("Digest s3cret", 401),
        ] {
            let answer = try await server.ask(
                .get,
                "/api/3.0/mlflow/server-info",
                [.authorization: header],
                host: "example.org"
            )
            #expect(answer.status == status, "\(header)")
            #expect((answer.headers[.wwwAuthenticate] != nil) == (status == 401))
        }
        #expect(try await server.ask(.get, "/health", host: "example.org").status == 200)
    }
}

@Suite struct `Paths of routes` {
    @Test func `parts with names take one part or all that follows`() {
        var table = RouteTable<Int>()
        table.add(.get, "/a", 1)
        table.add(.get, "/a/{id}", 2)
        table.add(.get, "/a/{id}/tags/{key}", 3)
        table.add(.put, "/files/{path...}", 4)
        table.add(.get, "/files/{path...}", 5)
        table.add(.get, "/a/search", 6)
        #expect(table.find(.get, "/a")?.entry == 1)
        #expect(table.find(.get, "/a/x%2Fy")?.path == ["id": "x/y"])
        #expect(table.find(.get, "/a/search")?.entry == 6)
        #expect(table.find(.get, "/a/x/tags/k%20k")?.path == ["id": "x", "key": "k k"])
        #expect(table.find(.put, "/files/d/e.txt")?.path == ["path": "d/e.txt"])
        #expect(table.find(.get, "/files")?.path == ["path": ""])
        #expect(table.find(.post, "/a") == nil)
        #expect(table.find(.get, "/a/") == nil)
        #expect(table.find(.get, "/a/x/tags") == nil)
    }
}

@Suite struct `Fields of requests` {
    @Test func `numbers come as numbers or as texts`() throws {
        let fields = try RequestFields(json: .init(string: #"{"a":"5","b":5.0,"c":"NaN","d":"1e3","e":1.5,"f":true}"#))
        #expect(try fields.integer("a") == 5)
        #expect(try fields.integer("b") == 5)
        #expect(try fields.number("c").isNaN)
        #expect(try fields.number("d") == 1000)
        for name in ["c", "e", "f"] { #expect(throws: MLflowError.self) { try fields.integer(name) } }
        #expect(throws: MLflowError.missingField("g")) { try fields.integer("g") }
    }

    @Test func `a query may repeat a name`() throws {
        let fields = RequestFields(query: "run_id=a%20b&run_id=c+d&x=&=&y")
        #expect(try fields.texts("run_id") == ["a b", "c d"])
        #expect(try fields.optionalText("x") == "")
        #expect(try fields.optionalText("run_id") == "a b")
    }

    @Test func `JSON names of fields are known`() throws {
        let fields = try RequestFields(json: .init(string: #"{"experimentId":"7","run_name":null}"#))
        #expect(try fields.text("experiment_id") == "7")
        #expect(try fields.optionalText("run_name") == nil)
    }

    @Test func `what is no object is the client's fault`() {
        for body in ["[]", "1", "{", "\"{\"", "{\"a\":}", "nul"] {
            #expect { try RequestFields(json: .init(string: body)) } throws: {
                ($0 as? MLflowError)?.code == .invalidParameterValue
            }
        }
        #expect(throws: Never.self) { try RequestFields(json: .init(string: " \n")) }
        #expect(throws: Never.self) { try RequestFields(json: .init(string: #""{\"a\":1}""#)) }
    }
}

@Suite struct `Written JSON` {
    @Test func `it reads back as what it was`() throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("text", "a\"b\\c\n\u{1}é")
            writer.field("none", String?.none)
            writer.array("numbers") { writer in
                for number in [0, -1.5, 1e300, .nan, .infinity] { writer.number(number) }
            }
            writer.object("inner") { $0.field("whole", Int64.min) }
            writer.field("yes", true)
        }
        let expected: Value = [
            "text": "a\"b\\c\n\u{1}é", "numbers": [0.0, -1.5, 1e300, "NaN", "Infinity"],
            "inner": ["whole": .integer(.min)], "yes": true,
        ]
        #expect(try Value(json: writer.bytes[...]) == expected)
    }
}
