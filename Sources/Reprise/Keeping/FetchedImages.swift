import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseStore

/// The images of targets whose machines fetch them from a registry themselves, by digest.
struct FetchedImages: Sendable {
    let targets: Set<String>
    /// Those that do not see the files of this machine.
    let staging: Set<String>
    let published: PublishedImages
    /// Sends an image to the target's registry and tells the digest by which it is there.
    let publish: @Sendable (_ image: ImageIdentity, _ target: String) async throws -> ImageIdentity

    /// The container of a step; nil for a step without an image, and for targets that execute images of this machine.
    ///
    /// `mounts` is what it sees of the files of this machine, where the target does.
    func container(
        _ step: StepRequest,
        on target: String,
        mounts: [JobContainer.Mount]
    ) async throws -> JobContainer? {
        guard targets.contains(target), let environment = step.environment else { return nil }
        guard environment.image.format == .oci else {
            throw Mistake(
                "target `\(target)` executes no images of the kind of `\(environment.image.reference)`",
                why: "its machines fetch images from a registry, and a `.sif` is a file",
                fix: "name an image of a registry, or a Dockerfile",
                code: "wrong-image-format"
            )
        }
        let known = published.located(environment.image)
        let image = known.manifest == nil ? try await publish(known, target) : known
        return container(environment, image, staging.contains(target) ? [] : mounts)
    }

    /// The same for a job that went there before. Asks nobody.
    func adopt(_ step: StepRequest, on target: String, mounts: [JobContainer.Mount]) -> JobContainer? {
        guard targets.contains(target), let environment = step.environment else { return nil }
        let image = published.located(environment.image)
        return container(environment, image, staging.contains(target) ? [] : mounts)
    }

    private func container(
        _ environment: StepEnvironment,
        _ image: ImageIdentity,
        _ mounts: [JobContainer.Mount]
    ) -> JobContainer {
        JobContainer(
            image: Self.name(image),
            network: environment.network,
            isReadOnly: environment.isReadOnly,
            sharedMemory: environment.sharedMemory,
            mounts: mounts
        )
    }

    /// By digest, so that nobody's tag decides what is executed.
    static func name(_ image: ImageIdentity) -> String {
        guard let repository = image.repository, let manifest = image.manifest else { return image.reference }
        return "\(repository)@sha256:\(manifest)"
    }
}

extension Laboratory {
    /// What the machines of a site's targets fetch themselves.
    func fetchedImages(
        of site: Site,
        _ store: Store,
        _ tell: @escaping @Sendable (ProgressEvent) -> Void
    ) throws -> FetchedImages {
        let targets = try site.targets.filter { name in
            let kind = try site.settings(for: name).kind
            return kind.needsImages && !kind.executesHere
        }
        return FetchedImages(
            targets: Set(targets),
            staging: Set(try targets.filter { try site.settings(for: $0).stagesFiles }),
            published: PublishedImages(folder: store.folder.root + "/images", files: world.files)
        ) { image, target in
            let repository = try site.settings(for: target).text("images") ?? site.settings.images.repository
            guard let repository else {
                throw Mistake(
                    "the machines of target `\(target)` cannot fetch the image `\(image.reference)`",
                    why: "no registry is known to have it",
                    fix: """
                        set `images: REGISTRY/REPOSITORY` for the target, which it is then sent to, or send it with \
                        `reprise image publish \(image.reference) --to REGISTRY/REPOSITORY`
                        """,
                    code: "image-not-published"
                )
            }
            let sent = try await self.imagePublish("sha256:\(image.id)", to: repository, progress: tell)
            var image = image
            (image.repository, image.manifest) = (sent.repository, sent.manifest)
            return image
        }
    }
}
