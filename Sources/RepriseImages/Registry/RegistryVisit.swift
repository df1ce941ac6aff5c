import RepriseModel
import RepriseSystem

/// One repository of a registry, spoken with over HTTP. Remembers what it was let in with.
struct RegistryVisit {
    let reference: RegistryReference
    let http: any HTTPClient
    /// Looked for when the registry first asks.
    let credentials: () async -> RegistryLogin?
    private var pass = HTTPLogin.none

    init(_ reference: RegistryReference, http: any HTTPClient, credentials: @escaping () async -> RegistryLogin?) {
        self.reference = reference
        self.http = http
        self.credentials = credentials
    }

    /// The bytes of a manifest, of which the digest is checked: against `name` where that is one, else against what the
    /// registry claims.
    mutating func manifest(_ name: String) async throws -> (bytes: [UInt8], digest: Digest) {
        let reply = try await get("manifests/\(name)", accept: RegistryManifest.accept)
        let digest = SHA256Hasher.digest(of: reply.body)
        let claimed = name.hasPrefix("sha256:") ? name : reply.fields["docker-content-digest"] ?? "sha256:\(digest)"
        guard claimed == "sha256:\(digest)" else {
            throw EngineError.digestMismatch(reference.description, expected: claimed, found: "sha256:\(digest)")
        }
        return (reply.body, digest)
    }

    /// A small blob, such as an image's configuration.
    mutating func blob(_ digest: Digest) async throws -> [UInt8] {
        let reply = try await get("blobs/sha256:\(digest)", accept: "*/*")
        let found = SHA256Hasher.digest(of: reply.body)
        guard found == digest else {
            throw EngineError.digestMismatch(
                reference.description,
                expected: "sha256:\(digest)",
                found: "sha256:\(found)"
            )
        }
        return reply.body
    }

    private var base: String {
        let host = reference.host == "docker.io" ? "registry-1.docker.io" : reference.host
        return "\(reference.isLoopback ? "http" : "https")://\(host)/v2/\(reference.path)/"
    }

    private mutating func get(_ path: String, accept: String) async throws -> HTTPReply {
        var reply = try await send(base + path, accept: accept, pass: pass)
        if reply.status == 401 {
            pass = try await enter(reply)
            reply = try await send(base + path, accept: accept, pass: pass)
        }
        // Registries keep blobs elsewhere; what lets one in here is none of that place's business.
        for _ in 0..<3 {
            guard (301...308).contains(reply.status), let place = reply.fields["location"], place.contains("://") else {
                break
            }
            reply = try await send(place, accept: accept, pass: .none)
        }
        switch reply.status {
        case 200: return reply
        case 401, 403: throw EngineError.loginMissing(host: reference.host, .podman)
        case 404: throw EngineError.imageMissing(reference.description, words: Self.words(reply))
        default:
            throw EngineError.refused(command: "GET \(base)\(path)", status: reply.status, words: Self.words(reply))
        }
    }

    private func send(_ url: String, accept: String, pass: HTTPLogin) async throws -> HTTPReply {
        let call = HTTPCall(.get, url, login: pass, limit: .seconds(30), accept: accept, wantsFields: true)
        return try await outcome(of: call)
    }

    private func outcome(of call: HTTPCall) async throws -> HTTPReply {
        switch try await http.send([call]).first {
        case .reply(let reply): return reply
        case .silence(let words): throw EngineError.unreachable(host: reference.host, words: words)
        case nil: throw EngineError.unreachable(host: reference.host, words: "nothing came back")
        }
    }

    /// What to be let in with, by the registry's own challenge.
    private func enter(_ reply: HTTPReply) async throws -> HTTPLogin {
        let login = await credentials()
        switch reply.fields["www-authenticate"].flatMap(RegistryChallenge.init) {
        case .basic:
            guard let login else { throw EngineError.loginMissing(host: reference.host, .podman) }
            return .basic(user: login.user, password: login.password)
        case .bearer(let realm, let service, let scope):
            let scope = scope ?? "repository:\(reference.path):pull"
            return .bearer(try await token(from: realm, service: service, scope: scope, login))
        case nil: throw EngineError.loginMissing(host: reference.host, .podman)
        }
    }

    private struct Token: Decodable {
        var token: String?
        var accessToken: String?

        private enum CodingKeys: String, CodingKey {
            case token
            case accessToken = "access_token"
        }
    }

    private func token(
        from realm: String,
        service: String?,
        scope: String,
        _ login: RegistryLogin?
    ) async throws -> String {
        guard realm.hasPrefix("https://") || reference.isLoopback && realm.hasPrefix("http://") else {
            throw EngineError.refused(command: "GET \(realm)", status: 0, words: "the login would travel unencrypted")
        }
        var query = "scope=\(percentEncoded(scope))"
        if let service { query += "&service=\(percentEncoded(service))" }
        var call = HTTPCall(.get, realm + (realm.contains("?") ? "&" : "?") + query, limit: .seconds(30))
        if let login, login.user == RegistryLogins.tokenUser {
            let form =
                "\(query)&grant_type=refresh_token&client_id=reprise&refresh_token=\(percentEncoded(login.password))"
            call = HTTPCall(.post, realm, body: .form(form), limit: .seconds(30))
        } else if let login {
            call.login = .basic(user: login.user, password: login.password)
        }
        let reply = try await outcome(of: call)
        guard reply.isSuccess, let answer = try? Value(json: reply.body[...]).decode(Token.self),
            let token = answer.token ?? answer.accessToken
        else { throw EngineError.loginMissing(host: reference.host, .podman) }
        return token
    }

    /// The registry's own words of an error, where it gives any.
    private static func words(_ reply: HTTPReply) -> String {
        struct Errors: Decodable {
            struct Entry: Decodable { var message: String? }
            var errors: [Entry]?
        }
        let errors = try? Value(json: reply.body[...]).decode(Errors.self)
        return (errors?.errors ?? []).compactMap(\.message).joined(separator: "; ")
    }
}
