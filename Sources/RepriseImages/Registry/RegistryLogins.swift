import RepriseModel
import RepriseSystem

/// The logins that `podman login`, `docker login` and their credential helpers keep for this user.
struct RegistryLogins: Sendable {
    let files: any FileSystem
    let processes: any ProcessRunner
    let variables: [String: String]

    private struct File: Decodable {
        var auths: [String: Entry]?
        var credHelpers: [String: String]?
        var credsStore: String?

        struct Entry: Decodable {
            var auth: String?
            var identitytoken: String?
        }
    }

    private struct Answer: Decodable {
        var user: String
        var secret: String

        private enum CodingKeys: String, CodingKey {
            case user = "Username"
            case secret = "Secret"
        }
    }

    /// The user name under which helpers and files hand out a token that stands for a login.
    static let tokenUser = "<token>"

    /// For one repository; nil where nobody has logged in.
    func login(for reference: RegistryReference) async -> RegistryLogin? {
        for path in places {
            // A file that is not there, or is none of ours to understand, holds no login.
            guard let bytes = try? files.read(path, limit: 4 << 20),
                let file = try? Value(json: bytes[...]).decode(File.self)
            else { continue }
            if let login = await login(in: file, for: reference) { return login }
        }
        return nil
    }

    private var places: [String] {
        func variable(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home = variable("HOME")
        return [
            variable("REGISTRY_AUTH_FILE"),
            variable("XDG_RUNTIME_DIR").map { $0 + "/containers/auth.json" },
            variable("XDG_CONFIG_HOME").map { $0 + "/containers/auth.json" }
                ?? home.map { $0 + "/.config/containers/auth.json" },
            variable("DOCKER_CONFIG").map { $0 + "/config.json" } ?? home.map { $0 + "/.docker/config.json" },
        ]
        .compactMap { $0 }
    }

    private func login(in file: File, for reference: RegistryReference) async -> RegistryLogin? {
        let keys = Self.keys(of: reference)
        for key in keys {
            if let helper = file.credHelpers?[key], let login = await ask(helper, for: key) { return login }
        }
        for key in keys {
            guard let entry = file.auths?[key] else { continue }
            if let token = entry.identitytoken, !token.isEmpty {
                return RegistryLogin(user: Self.tokenUser, password: token)
            }
            if let pair = entry.auth.flatMap(base64Decoded), let colon = pair.firstIndex(of: UInt8(ascii: ":")) {
                let password = pair[(colon + 1)...].filter { $0 != 0 }
                return RegistryLogin(
                    user: String(decoding: pair[..<colon], as: UTF8.self),
                    password: String(decoding: password, as: UTF8.self)
                )
            }
        }
        guard let helper = file.credsStore, !helper.isEmpty else { return nil }
        for key in keys.suffix(3) {
            if let login = await ask(helper, for: key) { return login }
        }
        return nil
    }

    /// From the narrowest to the widest: Podman's files may name single repositories.
    static func keys(of reference: RegistryReference) -> [String] {
        let parts = reference.path.split(separator: "/")
        let narrow = parts.indices.reversed().map { "\(reference.host)/" + parts[...$0].joined(separator: "/") }
        let wide =
            reference.host == "docker.io"
            ? ["docker.io", "https://index.docker.io/v1/", "index.docker.io"]
            : [reference.host, "https://\(reference.host)", "http://\(reference.host)"]
        return narrow + wide
    }

    private func ask(_ helper: String, for key: String) async -> RegistryLogin? {
        // A name, never a path: the file is not the place to say what to start.
        guard helper.wholeMatch(of: /[A-Za-z0-9._-]+/) != nil else { return nil }
        let invocation = Invocation("docker-credential-" + helper, ["get"], input: Array(key.utf8))
        guard let result = try? await processes.run(invocation), result.status == 0,
            let answer = try? Value(json: result.output[...]).decode(Answer.self)
        else { return nil }
        return RegistryLogin(user: answer.user, password: answer.secret)
    }
}
