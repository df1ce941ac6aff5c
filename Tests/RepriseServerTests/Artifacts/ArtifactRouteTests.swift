import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore
import RepriseSystem
import Testing

@testable import RepriseServer

private let proxy = "/api/2.0/mlflow-artifacts/artifacts"

@Suite struct `The proxy of artifacts` {
    private let server: ServerFixture

    init() throws { server = try ServerFixture() }

    private func put(_ path: String, _ text: String) async throws -> Answer {
        try await server.ask(.put, "\(proxy)/\(path)", [:], Array(text.utf8))
    }

    private func names(_ path: String) async throws -> [String] {
        let answer = try await server.ask(.get, "\(proxy)?path=\(path)")
        return (answer["files"]?.listValue ?? [])
            .map { file in
                let size = file.mapValue?["file_size"]?.json() ?? "/"
                return "\(file.mapValue?["path"]?.stringValue ?? "?") \(size)"
            }
    }

    @Test(arguments: ["model/weights.bin", "a%20b/c+d%25.txt", "%C3%A4/%E6%97%A5.csv", "100%25/x"])
    func `what is put is got back, listed and deleted`(path: String) async throws {
        #expect(try await put("models/m-1/\(path)", "content").status == 200)
        for prefix in ["/api", "/ajax-api"] {
            let got = try await server.ask(.get, "\(prefix)/2.0/mlflow-artifacts/artifacts/models/m-1/\(path)")
            #expect(got.status == 200 && got.text == "content")
            #expect(got.headers[.xContentTypeOptions] == "nosniff")
            #expect(got.headers[.contentDisposition]?.hasPrefix("attachment; filename=") == true)
        }
        let folder = "models/m-1/" + path.split(separator: "/").dropLast().joined(separator: "/")
        #expect(try await names(folder.replacing("+", with: "%2B")).count == 1)
        let deleted = try await server.ask(.delete, "\(proxy)/models/m-1/\(path)")
        #expect(deleted.status == 200 && deleted.text == "{}")
        let missing = try await server.ask(.get, "\(proxy)/models/m-1/\(path)")
        #expect(missing.status == 404 && missing.errorCode == "RESOURCE_DOES_NOT_EXIST")
    }

    @Test func `folders are listed by names, with sizes of files`() async throws {
        for path in ["models/m/a/b", "models/m/a.txt", "models/m/MLmodel"] { _ = try await put(path, "four") }
        #expect(try await names("models/m") == ["MLmodel 4", "a /", "a.txt 4"])
        #expect(try await names("") == ["models /"])
        #expect(try await names("nowhere") == [])
        let folder = try await server.ask(.get, "\(proxy)/models/m/a")
        #expect(folder.status == 400 && folder.errorCode == "INVALID_PARAMETER_VALUE")
    }

    @Test(arguments: [
        "../x", "a/../../x", "%2e%2e/x", "a/%252e%252e/x", "%2Fetc/passwd", "a%00b", "a%5Cb", "", "a/",
        String(repeating: "n", count: 256),
    ])
    func `a path that leads elsewhere is refused with MLflow's error`(path: String) async throws {
        let answer = try await put(path, "x")
        #expect(answer.status == 400 && answer.errorCode == "INVALID_PARAMETER_VALUE", "\(answer.text)")
        #expect(answer.message?.hasPrefix("Invalid path") == true)
    }

    @Test func `the type of a file is guessed from its name, and no page is shown`() async throws {
        for (name, type) in [
            ("MLmodel", "text/plain"), ("MLproject", "text/plain"), ("conda.yaml", "text/plain"),
            ("a.json", "text/plain"),
            ("page.html", "text/html"), ("p.png", "image/png"), ("P.PNG", "image/png"),
            ("m.pkl", "application/octet-stream"),
            ("t.tar.gz", "application/x-tar"), (".bashrc", "application/octet-stream"),
            ("x", "application/octet-stream"),
        ] {
            _ = try await put("models/\(name)", "x")
            let got = try await server.ask(.get, "\(proxy)/models/\(name)")
            #expect(got.headers[.contentType] == type, "\(name)")
            #expect(got.headers[.contentDisposition] == "attachment; filename=\(name)")
        }
    }

    @Test func `names of any kind make a header that holds`() {
        #expect(attachment(named: "a b.txt") == "attachment; filename=\"a b.txt\"")
        #expect(attachment(named: "a\"b") == "attachment; filename=\"a\\\"b\"")
        #expect(attachment(named: "日本") == "attachment; filename=download; filename*=UTF-8''%E6%97%A5%E6%9C%AC")
        #expect(attachment(named: "a\r\nX: y") == "attachment; filename=\"aX: y\"; filename*=UTF-8''a%0D%0AX%3A%20y")
    }

    @Test func `ranges give their bytes`() async throws {
        _ = try await put("models/digits", "0123456789")
        for (range, status, text) in [
            ("bytes=2-4", 206, "234"), ("bytes=7-", 206, "789"), ("bytes=-3", 206, "789"), ("bytes=5-99", 206, "56789"),
            ("bytes=0-0", 206, "0"), ("bytes=10-", 416, ""), ("bytes=-0", 416, ""), ("bytes=4-2", 200, "0123456789"),
            ("bytes=0-1,3-4", 200, "0123456789"), ("lines=1-2", 200, "0123456789"),
        ] {
            let got = try await server.ask(.get, "\(proxy)/models/digits", [.range: range])
            #expect(got.status == status && got.text == text, "\(range): \(got.status) \(got.text)")
        }
        let got = try await server.ask(.get, "\(proxy)/models/digits", [.range: "bytes=2-4"])
        #expect(got.headers[.contentRange] == "bytes 2-4/10")
        let tag = try #require(got.headers[.eTag])
        let known = try await server.ask(.get, "\(proxy)/models/digits", [.ifNoneMatch: tag])
        #expect(known.status == 304 && known.bytes.isEmpty)
    }

    @Test func `a file of several pieces comes and goes whole`() async throws {
        let bytes = (0..<(2 * pieceBytes + 12345)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        #expect(try await server.ask(.put, "\(proxy)/models/big", [:], bytes).status == 200)
        let got = try await server.ask(.get, "\(proxy)/models/big")
        #expect(got.bytes == bytes)
        let part = try await server.ask(.get, "\(proxy)/models/big", [.range: "bytes=7-\(pieceBytes + 99)"])
        #expect(part.bytes == Array(bytes[7...(pieceBytes + 99)]))
        #expect(try await put("models/empty", "").status == 200)
        #expect(try await server.ask(.get, "\(proxy)/models/empty").bytes.isEmpty)
    }

    @Test func `a body that ends too early, or is too long, leaves nothing`() async throws {
        let short = try await server.ask(.put, "\(proxy)/models/a", [.contentLength: "10"], Array("five5".utf8))
        #expect(short.status == 400 && short.errorCode == "BAD_REQUEST")
        let long = try await server.ask(.put, "\(proxy)/models/a", [.contentLength: "\(Int64.max)"], [1])
        #expect(long.status == 413 && long.errorCode == "INVALID_PARAMETER_VALUE")
        #expect(try await names("models").isEmpty)
        let left = try LiveFileSystem().names(in: server.store.folder.unfinished)
        #expect(left.isEmpty)
    }
}

@Suite struct `Uploads in parts` {
    @Test func `parts go to the URLs that were given, and become one file`() async throws {
        let server = try ServerFixture()
        let parts = "/api/2.0/mlflow-artifacts/mpu"
        let created = try await server.send(
            .post,
            "\(parts)/create/models/m",
            json: ["path": "/a/local/big.bin", "num_parts": 2]
        )
        let id = try #require(created["upload_id"]?.stringValue)
        var tags: [String] = []
        for number in 0..<2 {
            let url = try #require(created["credentials.\(number).url"]?.stringValue)
            #expect(url.hasPrefix("http://localhost:5000\(parts)/parts/\(id)/"))
            let path = String(url.dropFirst("http://localhost:5000".count))
            let answer = try await server.ask(.put, path, [:], Array("part\(number)".utf8))
            tags.append(try #require(answer.headers[.eTag]))
        }
        let done: Mapping = [
            "path": "/a/local/big.bin", "upload_id": .string(id),
            "parts": [
                ["part_number": 2, "etag": .string(tags[1])], ["part_number": 1, "etag": .string(tags[0])],
            ],
        ]
        for _ in 0..<2 {
            #expect(try await server.send(.post, "\(parts)/complete/models/m", json: done).status == 200)
        }
        #expect(try await server.ask(.get, "\(proxy)/models/m/big.bin").text == "part0part1")
        let located = try await server.ask(.get, "/api/2.0/mlflow-artifacts/presigned/models/m/big.bin")
        #expect(located["url"]?.stringValue == "http://localhost:5000\(proxy)/models/m/big.bin")
        #expect(located["file_size"] == 10)
        let aborted = try await server.send(.post, "\(parts)/abort/models/m", json: done)
        #expect(aborted.status == 200)
        let again = try await server.send(.post, "\(parts)/complete/models/m", json: done)
        #expect(again.status == 400 && again.errorCode == "INVALID_PARAMETER_VALUE")
    }
}
