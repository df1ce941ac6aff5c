import OrderedCollections
import RepriseModel
import RepriseSystem

/// Who one is and where things lie, asked once and again when a login is about to end.
actor AWSSession {
    private let commands: AWSCommands
    private let wallClock: any WallClock
    private var credentials: AWSCredentials?
    private var knownPlace: S3Place?
    private var known: Set<String> = []
    private var definitions: [String: String] = [:]

    init(_ commands: AWSCommands, wallClock: any WallClock) {
        self.commands = commands
        self.wallClock = wallClock
    }

    func place() async throws -> S3Place {
        if let knownPlace { return knownPlace }
        if let conflict = commands.settings.conflict { throw conflict }
        let bucket = commands.settings.bucket ?? ("", "")
        let place = S3Place(
            bucket: bucket.name,
            prefix: bucket.prefix,
            region: try await commands.region(),
            endpoint: commands.settings.endpoint
        )
        knownPlace = place
        return place
    }

    /// What signs now.
    func signature() async throws -> AWSSignature {
        let now = wallClock.now()
        let place = try await place()
        if let credentials, credentials.isFresh(now) {
            return AWSSignature(credentials: credentials, region: place.region, moment: now)
        }
        let fresh = try await commands.credentials()
        credentials = fresh
        return AWSSignature(credentials: fresh, region: place.region, moment: now)
    }

    /// When the login ends, for jobs that run longer; nil for keys that last.
    func end() async throws -> Timestamp? {
        _ = try await signature()
        return credentials?.end
    }

    /// AWS takes it no more: somebody may have logged in again since.
    func forgetLogin() { credentials = nil }

    // MARK: What lies there already

    func isKnown(_ name: String) -> Bool { known.contains(name) }
    func note(_ name: String) { known.insert(name) }

    /// The name of the job definition for that image, registered if it is not there yet.
    func definition(of image: String) async throws -> String {
        if let name = definitions[image] { return name }
        if let name = notedName(of: image) { return name }
        var base: [String: Value] = [:]
        var platform: [Value] = []
        if let name = commands.settings.definition {
            guard let found = BatchReply.definition(try await commands.definition(name)) else {
                throw AWSError.noDefinition(name)
            }
            for (key, value) in found["containerProperties"]?.mapValue ?? [:] { base[key] = value }
            platform = found["platformCapabilities"]?.listValue ?? []
        }
        var properties: Mapping = [:]
        for (key, value) in base.sorted(by: { $0.key < $1.key }) { properties[key] = value }
        let request = BatchRequests.definition(image: image, commands.settings, base: properties, platform: platform)
        let name = BatchRequests.name(ofDefinition: request)
        if BatchReply.definition(try await commands.definition(name)) == nil { try await commands.register(request) }
        definitions[image] = name
        // Whoever comes next need not ask, which takes longer than all else before a submission.
        if commands.settings.definition == nil, !commands.folder.isEmpty {
            try? commands.files.write("\(image)\n", to: notePath(name))
        }
        return name
    }

    /// Whether a submission was refused because somebody took the definition of the image away at AWS Batch; then it is
    /// registered again when it is needed next.
    func hasLostDefinition(of image: String, _ refusal: AWSError) async throws -> Bool {
        switch refusal {
        case .noDefinition: break
        case .invalid:
            guard let name = definitions[image] ?? notedName(of: image),
                BatchReply.definition(try await commands.definition(name)) == nil
            else { return false }
        default: return false
        }
        definitions[image] = nil
        if let name = notedName(of: image) { try commands.files.remove(notePath(name)) }
        return true
    }

    /// The name by which the definition was found or made before, where it follows from the image and the site alone.
    private func notedName(of image: String) -> String? {
        guard commands.settings.definition == nil, !commands.folder.isEmpty else { return nil }
        let name = BatchRequests.name(ofDefinition: BatchRequests.definition(image: image, commands.settings))
        return (try? commands.files.exists(notePath(name))) == true ? name : nil
    }

    private func notePath(_ name: String) -> String {
        let settings = commands.settings
        let place = [settings.region ?? "", settings.endpoint ?? ""] + settings.options
        let digest = SHA256Hasher.digest(of: place.joined(separator: "\n").utf8)
        return "\(commands.folder)/definition-\(digest.short)-\(name)"
    }
}
