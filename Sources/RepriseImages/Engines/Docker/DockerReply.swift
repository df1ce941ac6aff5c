import RepriseModel

/// What `docker` answers.
enum DockerReply {
    /// The daemon's words where the client got no facts from it, although it ended well.
    static func refusal(_ json: [UInt8]) throws -> String? {
        let info = try Value(json: json[...]).decode(Info.self)
        return info.serverVersion.isEmpty ? (info.serverErrors ?? []).joined(separator: "\n") : nil
    }

    static func facts(_ json: [UInt8]) throws -> EngineFacts {
        let info = try Value(json: json[...]).decode(Info.self)
        return EngineFacts(
            version: info.serverVersion,
            isRootless: info.securityOptions?.contains { $0.contains("rootless") } ?? false,
            cgroups: info.cgroupVersion == "2" ? 2 : 1,
            limitsMemory: info.memoryLimit ?? false,
            limitsProcessors: info.cpuCfsQuota ?? false,
            storage: "\(info.dockerRootDir)/image/\(info.driver)/imagedb/content/sha256",
            architecture: imageArchitecture(info.architecture)
        )
    }

    /// The daemon names images by another digest than all other engines do, where containerd keeps them for it.
    static func namesByManifest(_ json: [UInt8]) throws -> Bool {
        let info = try Value(json: json[...]).decode(Info.self)
        return (info.driverStatus ?? []).contains { $0.contains("io.containerd.snapshotter.v1") }
    }

    /// `1: digest: sha256:… size: 528`.
    static func pushed(_ output: String) -> Digest? {
        for line in output.split(separator: "\n").reversed() {
            guard let range = line.firstRange(of: "digest: sha256:") else { continue }
            return Digest(line[range.upperBound...].prefix(64))
        }
        return nil
    }

    /// From the list that the daemon itself keeps: names as people write them, such as `localhost/tool:1`.
    static func id(of name: String, in json: [UInt8]) -> Digest? {
        struct List: Decodable {
            var repositories: [String: [String: String]]

            private enum CodingKeys: String, CodingKey { case repositories = "Repositories" }
        }
        let list = try? Value(json: json[...]).decode(List.self)
        guard let text = list?.repositories.values.lazy.compactMap({ $0[name] }).first else { return nil }
        return Digest(text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...])
    }

    private struct Info: Decodable {
        var serverVersion: String
        var serverErrors: [String]?
        var driver: String
        var driverStatus: [[String]]?
        var dockerRootDir: String
        var cgroupVersion: String?
        var memoryLimit: Bool?
        var cpuCfsQuota: Bool?
        var securityOptions: [String]?
        var architecture: String

        private enum CodingKeys: String, CodingKey {
            case serverVersion = "ServerVersion"
            case serverErrors = "ServerErrors"
            case driver = "Driver"
            case driverStatus = "DriverStatus"
            case dockerRootDir = "DockerRootDir"
            case cgroupVersion = "CgroupVersion"
            case memoryLimit = "MemoryLimit"
            case cpuCfsQuota = "CpuCfsQuota"
            case securityOptions = "SecurityOptions"
            case architecture = "Architecture"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            // A client without a daemon leaves out or empties whatever the daemon would have told.
            serverVersion = try values.decodeIfPresent(String.self, forKey: .serverVersion) ?? ""
            serverErrors = try values.decodeIfPresent([String].self, forKey: .serverErrors)
            driver = try values.decodeIfPresent(String.self, forKey: .driver) ?? ""
            driverStatus = try values.decodeIfPresent([[String]].self, forKey: .driverStatus)
            dockerRootDir = try values.decodeIfPresent(String.self, forKey: .dockerRootDir) ?? ""
            cgroupVersion = try values.decodeIfPresent(String.self, forKey: .cgroupVersion)
            memoryLimit = try values.decodeIfPresent(Bool.self, forKey: .memoryLimit)
            cpuCfsQuota = try values.decodeIfPresent(Bool.self, forKey: .cpuCfsQuota)
            securityOptions = try values.decodeIfPresent([String].self, forKey: .securityOptions)
            architecture = try values.decodeIfPresent(String.self, forKey: .architecture) ?? ""
        }
    }
}
