import RepriseImages
import RepriseModel
import RepriseSystem

/// Which engine executes a job and under what name, as written into the job's folder before the engine is started, so that
/// whoever comes later can ask the same engine. Holds no secret.
package struct JobEngine: Hashable, Sendable {
    package static let file = "engine"

    package var kind: EngineKind
    /// Absolute path of its program.
    package var program: String
    /// The container's name.
    package var name: String
    /// What the program was told to execute, as it was told.
    package var image: String
    /// The variables by which the program finds its engine, such as DOCKER_HOST.
    package var variables: [String: String]

    package init(kind: EngineKind, program: String, name: String, image: String = "", variables: [String: String] = [:])
    {
        self.kind = kind
        self.program = program
        self.name = name
        self.image = image
        self.variables = variables
    }

    /// Those of the variables by which engines' clients find their engine and their store.
    package static func way(_ variables: [String: String]) -> [String: String] {
        variables.filter { name, _ in
            [
                "HOME", "XDG_RUNTIME_DIR", "TMPDIR", "CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINERS_CONF",
                "CONTAINERS_STORAGE_CONF", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY",
                "DOCKER_CERT_PATH",
            ]
            .contains(name)
        }
    }

    package var text: String {
        let lines = ["kind \(kind.rawValue)", "program \(program)", "name \(name)", "image \(image)"]
        return (lines + variables.sorted { $0.key < $1.key }.map { "variable \($0.key)=\($0.value)" })
            .joined(separator: "\n") + "\n"
    }

    /// nil where the text names no engine.
    package init?(_ text: String) {
        var values: [String: String] = [:]
        var variables: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2 else { continue }
            guard words[0] == "variable" else {
                values[words[0]] = words[1]
                continue
            }
            let parts = words[1].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2 { variables[parts[0]] = parts[1] }
        }
        guard let kind = values["kind"].flatMap(EngineKind.init), let program = values["program"],
            let name = values["name"]
        else { return nil }
        self.init(kind: kind, program: program, name: name, image: values["image"] ?? "", variables: variables)
    }

    package init?(in folder: String, _ files: any FileSystem) {
        guard let text = try? files.text(folder + "/" + Self.file) else { return nil }
        self.init(text)
    }

    package func write(in folder: String, _ files: any FileSystem) throws(FileError) {
        try files.write(text, to: folder + "/" + Self.file)
    }
}
