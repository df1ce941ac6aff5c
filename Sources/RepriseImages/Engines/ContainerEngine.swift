import RepriseModel
import RepriseSystem

/// A container engine of this machine, as one typed wrapper round its command: what it has, fetches, builds and hands on.
///
/// Executing jobs is the dispatchers' part. An engine keeps nothing in memory that matters, and every call may be made by
/// several processes at once. Whatever the engine refuses is thrown as an `EngineError`, never as raw text alone.
package protocol ContainerEngine: Sendable {
    var kind: EngineKind { get }
    /// Absolute path of its program.
    var program: String { get }
    /// Variables that its commands need beside this process's own.
    var variables: [String: String] { get }

    /// What it is and can do here. Throws what keeps it from working: no daemon, no permission, no user namespaces.
    func facts() async throws -> EngineFacts

    /// The image under a name or id in the engine's own store; nil where it has none of that name. Never asks a registry.
    func find(_ name: String) async throws -> LocalImage?

    /// The id behind a name in the engine's own store; as cheap as it can be, since launches wait for it.
    func id(of name: String) async throws -> Digest?

    /// Whether the engine has the image with this id; as cheap as it can be, since runs wait for it.
    func holds(_ id: Digest) async -> Bool

    /// Runs a POSIX shell script in a container that is gone afterwards: no network, nothing mounted, this user's ids.
    /// `image` is a `LocalImage.name`. A script that fails is a result.
    func execute(_ script: String, in image: String) async throws -> ProcessResult

    /// Fetches from a registry, by digest where there is one. `progress` is told the engine's own lines.
    func pull(_ reference: RegistryReference, progress: @escaping @Sendable (String) -> Void) async throws -> LocalImage

    /// Takes in a file: a docker-archive or oci-archive for OCI engines.
    func load(_ archive: String) async throws -> LocalImage

    /// Writes the image as a docker-archive. The caller renames it into place.
    func save(_ image: LocalImage, to archive: String) async throws

    /// Gives the image one more name, so that the engine's own cleaning leaves it alone.
    func tag(_ image: LocalImage, as name: String) async throws

    /// Builds from a recipe whose bases are pinned and here: nothing is pulled. `log` is told every line as it comes.
    ///
    /// A recipe that fails is `EngineError.recipeFailed` with its last lines; where its log lies is the caller's to add.
    func build(_ order: BuildOrder, log: @escaping @Sendable (String) -> Void) async throws -> LocalImage

    /// Sends it to a registry and tells the digest under which that hands it out.
    func push(_ image: LocalImage, to reference: RegistryReference, login: RegistryLogin?) async throws -> Digest
}

extension ContainerEngine {
    package func id(of name: String) async throws -> Digest? { try await find(name)?.id }

    /// The same engine, which puts what it needs only while it fetches into that folder, so that one can see there how
    /// far it is; an engine that cannot is handed back as it is.
    package func fetching(in folder: String) -> any ContainerEngine { (self as? Podman)?.writing(in: folder) ?? self }
}

/// The engines, by the names that a site file uses.
package enum EngineKind: String, CaseIterable, Hashable, Sendable {
    case podman, docker, apptainer

    /// What its images are.
    package var format: ImageIdentity.Format { self == .apptainer ? .sif : .oci }
}

/// What an engine told about itself.
package struct EngineFacts: Hashable, Sendable, Codable {
    package var version: String
    /// It runs without root's rights, for this user alone.
    package var isRootless: Bool
    /// 1 or 2.
    package var cgroups: Int
    /// Whether it holds a container to `memory` and `cpus`; where not, the limits must be kept by others.
    package var limitsMemory: Bool
    package var limitsProcessors: Bool
    /// The folder in which it keeps its images, where it told; `holds` looks there.
    package var storage: String?
    /// What its images must be made for, as Go says it: `amd64`, `arm64`.
    package var architecture: String?
    /// It can mount no image here, and unpacks one for every container, which takes seconds.
    package var unpacksImages: Bool

    package init(
        version: String,
        isRootless: Bool,
        cgroups: Int,
        limitsMemory: Bool,
        limitsProcessors: Bool,
        storage: String? = nil,
        architecture: String? = nil,
        unpacksImages: Bool = false
    ) {
        self.version = version
        self.isRootless = isRootless
        self.cgroups = cgroups
        self.limitsMemory = limitsMemory
        self.limitsProcessors = limitsProcessors
        self.storage = storage
        self.architecture = architecture
        self.unpacksImages = unpacksImages
    }
}

/// An image that an engine has.
package struct LocalImage: Hashable, Sendable {
    /// See `ImageIdentity.id`.
    package var id: Digest
    /// What the engine's commands take: `sha256:…`, or the path of a file.
    package var name: String
    package var architecture: String?
    /// The digests under which registries are known to have it, by repository.
    package var manifests: [String: Digest]

    package init(id: Digest, name: String, architecture: String? = nil, manifests: [String: Digest] = [:]) {
        self.id = id
        self.name = name
        self.architecture = architecture
        self.manifests = manifests
    }
}

/// What to build.
package struct BuildOrder: Hashable, Sendable {
    /// Absolute path of the recipe, its bases pinned.
    package var recipe: String
    /// The folder from which the recipe copies; absolute.
    package var context: String
    /// The name that the image gets; for Apptainer the path of the file.
    package var name: String
    package var labels: [String: String]
    /// Values for the recipe's own parameters: ARG, or `%arguments`.
    package var arguments: [String: String]
    /// Seconds since 1970 that files and the image itself claim as their time.
    package var sourceDate: Int64

    package init(
        recipe: String,
        context: String,
        name: String,
        labels: [String: String] = [:],
        arguments: [String: String] = [:],
        sourceDate: Int64 = 0
    ) {
        self.recipe = recipe
        self.context = context
        self.name = name
        self.labels = labels
        self.arguments = arguments
        self.sourceDate = sourceDate
    }
}

/// Who one is for a registry. Never printed, never written to a disk.
package struct RegistryLogin: Hashable, Sendable {
    package var user: String
    package var password: String

    package init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}
