import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseImages

@Suite struct `A registry that is asked` {
    private let registry = ScriptedRegistry()
    private let config = #"{"architecture":"amd64","os":"linux"}"#

    private func client(_ variables: [String: String] = [:]) -> RegistryClient {
        RegistryClient(http: registry, files: LiveFileSystem(), processes: LiveProcessRunner(), variables: variables)
    }

    private var manifest: String {
        #"{"schemaVersion":2,"config":{"digest":"sha256:\#(digest(config))","size":40},"layers":[{"digest":"sha256:\#(digest("l"))","size":1000}]}"#
    }

    private func serve(_ base: String) {
        registry.answer(base + "manifests/1", manifest, fields: ["docker-content-digest": "sha256:\(digest(manifest))"])
        registry.answer(base + "manifests/sha256:\(digest(manifest))", manifest)
        registry.answer(base + "blobs/sha256:\(digest(config))", config)
    }

    @Test func `a tag becomes a digest, an id and a kind of processor`() async throws {
        serve("https://r.org/v2/a/b/")
        let found = try await client().resolve(RegistryReference("r.org/a/b:1"), architecture: "amd64")
        #expect(found.manifest == digest(manifest))
        #expect(found.config == digest(config))
        #expect(found.architecture == "amd64")
        #expect(found.bytes == 1040)
    }

    @Test func `docker.io is asked where it really listens`() async throws {
        serve("https://registry-1.docker.io/v2/library/python/")
        #expect(try await client().resolve(RegistryReference("python:1")).config == digest(config))
    }

    @Test func `a list for many kinds of processors leads to one's own, which is what is recorded`() async throws {
        serve("https://r.org/v2/a/")
        let other = digest("other")
        let index =
            #"{"schemaVersion":2,"manifests":[{"digest":"sha256:\#(other)","platform":{"architecture":"arm64","os":"linux"}},{"digest":"sha256:\#(digest(manifest))","platform":{"architecture":"amd64","os":"linux"}},{"digest":"sha256:\#(other)","platform":{"architecture":"unknown","os":"unknown"}}]}"#
        registry.answer("https://r.org/v2/a/manifests/2", index)
        let found = try await client().resolve(RegistryReference("r.org/a:2"), architecture: "amd64")
        #expect(found.manifest == digest(manifest))
        let error = await #expect(throws: EngineError.self) {
            try await client().resolve(RegistryReference("r.org/a:2"), architecture: "riscv64")
        }
        #expect(error == .wrongArchitecture("r.org/a:2", image: "amd64, arm64", machine: "riscv64"))
    }

    @Test func `bytes that do not fit their digest are refused, whoever claims it`() async throws {
        registry.answer(
            "https://r.org/v2/a/manifests/1",
            manifest,
            fields: ["docker-content-digest": "sha256:\(digest("x"))"]
        )
        registry.answer("https://r.org/v2/a/manifests/sha256:\(digest("y"))", manifest)
        for text in ["r.org/a:1", "r.org/a@sha256:\(digest("y"))"] {
            let error = await #expect(throws: EngineError.self) { try await client().resolve(RegistryReference(text)) }
            #expect(error?.code == "image-changed")
        }
    }

    @Test func `a token is fetched for who asks, and for nobody where none has logged in`() async throws {
        serve("https://r.org/v2/a/")
        registry.guarded { call in
            if call.url.hasPrefix("https://auth.org/token") {
                let isKnown = call.login == .basic(user: "u", password: "p:w")
                return HTTPReply(status: 200, body: Array(#"{"token":"\#(isKnown ? "known" : "anybody")"}"#.utf8))
            }
            guard call.login == .none else { return nil }
            let challenge = #"Bearer realm="https://auth.org/token",service="r.org",scope="repository:a:pull""#
            return HTTPReply(status: 401, fields: ["www-authenticate": challenge])
        }
        _ = try await client().resolve(RegistryReference("r.org/a:1"), login: RegistryLogin(user: "u", password: "p:w"))
        #expect(registry.calls.contains { $0.login == .bearer("known") })
        _ = try await client().resolve(RegistryReference("r.org/a:1"))
        #expect(registry.calls.contains { $0.login == .bearer("anybody") })
        let token = registry.calls.first { $0.url.hasPrefix("https://auth.org/token") }
        #expect(token?.url == "https://auth.org/token?scope=repository%3Aa%3Apull&service=r.org")
    }

    @Test func `a blob that lies elsewhere is fetched from there without the login`() async throws {
        serve("https://r.org/v2/a/")
        registry.answer("https://cdn.org/blob", config)
        let blob = "https://r.org/v2/a/blobs/sha256:\(digest(config))"
        registry.guarded { call in
            if call.url == blob, call.login != .none {
                return HTTPReply(status: 307, fields: ["location": "https://cdn.org/blob"])
            }
            if call.url.hasPrefix("https://r.org"), call.login == .none {
                return HTTPReply(status: 401, fields: ["www-authenticate": "Basic realm=\"r\""])
            }
            return nil
        }
        let login = RegistryLogin(user: "u", password: "secret")
        #expect(try await client().resolve(RegistryReference("r.org/a:1"), login: login).architecture == "amd64")
        #expect(registry.calls.filter { $0.url.hasPrefix("https://cdn.org") }.map(\.login) == [.none])
    }

    @Test func `a missing image, a missing login and a silent registry are told apart`() async throws {
        registry.answer("https://r.org/v2/a/manifests/1", #"{"errors":[{"message":"manifest unknown"}]}"#, status: 404)
        registry.answer(
            "https://r.org/v2/b/manifests/1",
            "",
            status: 401,
            fields: ["www-authenticate": #"Basic realm="x""#]
        )
        var codes: [String] = []
        for text in ["r.org/a:1", "r.org/b:1", "gone.org/c:1"] {
            do { _ = try await client().resolve(RegistryReference(text)) } catch let error as EngineError {
                codes.append(error.code)
            }
        }
        #expect(codes == ["image-missing", "registry-login", "registry-unreachable"])
        serve("https://r.org/v2/d/")
        var answers: [Bool?] = []
        for text in ["r.org/a:1", "r.org/b:1", "gone.org/c:1", "r.org/d@sha256:\(digest(manifest))"] {
            answers.append(await client().has(try RegistryReference(text)))
        }
        #expect(answers == [false, nil, nil, true])
    }

    @Test func `a file behind oras is named by its own digest`() async throws {
        let file = digest("sif")
        let text =
            #"{"schemaVersion":2,"config":{"mediaType":"application/vnd.sylabs.sif.config.v1+json","digest":"sha256:\#(digest(""))","size":0},"layers":[{"mediaType":"application/vnd.sylabs.sif.layer.v1.sif","digest":"sha256:\#(file)","size":77}]}"#
        registry.answer("https://r.org/v2/s/manifests/1", text)
        let found = try await client().resolve(RegistryReference("r.org/s:1", isFile: true))
        #expect(found.file == file)
        #expect(found.config == nil)
    }
}

@Suite struct `Logins for registries` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "logins-\(UUID())").path()

    private func logins(_ variables: [String: String]) -> RegistryLogins {
        RegistryLogins(files: LiveFileSystem(), processes: LiveProcessRunner(), variables: variables)
    }

    private func write(_ text: String, to path: String) throws {
        let files = LiveFileSystem()
        try files.makeFolder(RepriseSystem.folder(of: folder + "/" + path))
        try files.write(text, to: folder + "/" + path, mode: 0o755)
    }

    @Test func `they are found wherever engines keep them, the narrowest first`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // u:p, n:q, d:r
        try write(
            #"{"auths":{"r.org":{"auth":"dTpw"},"r.org/team":{"auth":"bjpx"}}}"#,
            to: ".config/containers/auth.json"
        )
        try write(#"{"auths":{"https://index.docker.io/v1/":{"auth":"ZDpy"}}}"#, to: ".docker/config.json")
        let mine = logins(["HOME": folder])
        #expect(try await mine.login(for: RegistryReference("r.org/x:1")) == RegistryLogin(user: "u", password: "p"))
        #expect(try await mine.login(for: RegistryReference("r.org/team/x")) == RegistryLogin(user: "n", password: "q"))
        #expect(try await mine.login(for: RegistryReference("python")) == RegistryLogin(user: "d", password: "r"))
        #expect(try await mine.login(for: RegistryReference("other.org/x")) == nil)
        try write(#"{"auths":{"r.org":{"auth":"ZDpy"}}}"#, to: "mine.json")
        let chosen = logins(["HOME": folder, "REGISTRY_AUTH_FILE": folder + "/mine.json"])
        #expect(try await chosen.login(for: RegistryReference("r.org/x"))?.user == "d")
        try write("not json", to: "mine.json")
        #expect(try await chosen.login(for: RegistryReference("r.org/x"))?.user == "u")
    }

    @Test func `a helper that is no plain name is not started`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write(##"{"credHelpers":{"r.org":"../../bin/evil; touch \##(folder)/evil"}}"##, to: ".docker/config.json")
        #expect(try await logins(["HOME": folder]).login(for: RegistryReference("r.org/x")) == nil)
        #expect(!FileManager.default.fileExists(atPath: folder + "/evil"))
    }

    @Test func `logins survive being written and read`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let login = RegistryLogin(user: "ü", password: "a:b\"c€")
        try write(login.file(for: "r.org"), to: ".docker/config.json")
        try write(login.file(for: "docker.io"), to: "hub.json")
        #expect(try await logins(["HOME": folder]).login(for: RegistryReference("r.org/x")) == login)
        #expect(
            try await logins(["REGISTRY_AUTH_FILE": folder + "/hub.json"]).login(for: RegistryReference("x")) == login
        )
    }

    @Test(arguments: ["", "a", "ab", "abc", "abcd", "\u{0}\u{FF}é"]) func `base64 comes back`(_ text: String) {
        #expect(base64(Array(text.utf8)) == Data(text.utf8).base64EncodedString())
        #expect(base64Decoded(base64(Array(text.utf8))) == Array(text.utf8))
    }
}
