import RepriseModel

/// What `podman` answers.
enum PodmanReply {
    static func facts(_ json: [UInt8]) throws -> EngineFacts {
        let info = try Value(json: json[...]).decode(Info.self)
        let isRootless = info.host.security?.rootless ?? false
        let cgroups = info.host.cgroupVersion == "v2" ? 2 : 1
        let controllers = info.host.cgroupControllers ?? []
        // Under version 1 no controller is ever handed to a user, whatever the list says.
        func limits(_ name: String) -> Bool { controllers.contains(name) && !(isRootless && cgroups == 1) }
        return EngineFacts(
            version: info.version.version,
            isRootless: isRootless,
            cgroups: cgroups,
            limitsMemory: limits("memory"),
            limitsProcessors: limits("cpu"),
            storage: "\(info.store.graphRoot)/\(info.store.graphDriverName)-images",
            architecture: imageArchitecture(info.host.arch)
        )
    }

    /// The id that `pull` and `build` print last.
    static func lastID(_ output: String) -> Digest? {
        output.split(separator: "\n").lazy.reversed().compactMap { Digest($0) }.first
    }

    /// What `load` says that it took in: a name, or an id.
    static func loaded(_ output: String) -> [String] {
        output.split(separator: "\n")
            .flatMap { line -> [String] in
                for start in ["Loaded image(s): ", "Loaded image: ", "Loaded image ID: "] where line.hasPrefix(start) {
                    return line.dropFirst(start.count).split(separator: ",").map(String.init)
                }
                return []
            }
    }

    /// From the list that the store itself keeps: whole names, such as `docker.io/library/python:3.12`.
    static func id(of name: String, in json: [UInt8]) -> Digest? {
        struct Entry: Decodable {
            var id: Digest
            var names: [String]?
        }
        let entries = (try? Value(json: json[...]).decode([Entry].self)) ?? []
        return entries.first { $0.names?.contains(name) == true }?.id
    }

    private struct Info: Decodable {
        var host: Host
        var store: Store
        var version: Version

        struct Host: Decodable {
            var arch: String
            var cgroupVersion: String
            var cgroupControllers: [String]?
            var security: Security?
        }

        struct Security: Decodable { var rootless: Bool }

        struct Store: Decodable {
            var graphDriverName: String
            var graphRoot: String
        }

        struct Version: Decodable {
            var version: String

            private enum CodingKeys: String, CodingKey { case version = "Version" }
        }
    }
}
