import OrderedCollections
import RepriseModel

extension RegistryLogin {
    /// The content of an `auth.json` or of Docker's `config.json` with this login alone.
    func file(for host: String) -> String {
        let key = host == "docker.io" ? "https://index.docker.io/v1/" : host
        let token = base64(Array("\(user):\(password)".utf8))
        return Value.map(["auths": [key: ["auth": .string(token)]]]).json(pretty: true) + "\n"
    }
}
