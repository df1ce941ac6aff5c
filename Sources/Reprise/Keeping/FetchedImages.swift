import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseStore

/// The images of targets whose machines fetch them from a registry themselves, by digest.
struct FetchedImages: Sendable {
    let published: PublishedImages
    let shelf: ImageShelf
    /// Sends an image to the target's registry and tells the digest by which it is there.
    let publish: @Sendable (_ image: ImageIdentity, _ target: TargetSettings) async throws -> ImageIdentity

    /// The container of a step; nil for a step without an image, and for targets that execute images of this machine.
    ///
    /// `mounts` is what it sees of the files of this machine, where the target does.
    func container(
        _ step: StepRequest,
        on target: TargetSettings,
        mounts: [JobContainer.Mount]
    ) async throws -> JobContainer? {
        guard target.fetchesImages, let environment = step.environment else { return nil }
        let image = try await located(environment.image, target)
        return container(environment, image, target.stagesFiles ? [] : mounts)
    }

    /// Sees to it, before anything is queued, that the target's machines can fetch the image, as far as that can be told
    /// from here: sends it to the target's registry if none has it, or has it any more. Hands it back as it is there.
    func ready(_ image: ImageIdentity, on target: TargetSettings) async throws -> ImageIdentity {
        let known = try await located(image, target)
        guard await shelf.isPublished(known) == false else { return known }
        do {
            return try await sent(image, target, insteadOf: known.manifest)
        } catch let mistake as Mistake where mistake.code == Self.notPublished {
            throw Mistake(
                mistake.what,
                why: "`\(Self.name(known))` is not in its registry any more",
                fix: """
                    set `images: REGISTRY/REPOSITORY` for the target, which it is then sent to; or pin the one that is \
                    there now: `reprise image pull --update \(image.reference)`
                    """,
                code: "image-gone"
            )
        }
    }

    fileprivate static let notPublished = "image-not-published"

    /// With the registry that has it, to which it is sent if there is none.
    private func located(_ image: ImageIdentity, _ target: TargetSettings) async throws -> ImageIdentity {
        guard image.format == .oci else {
            throw Mistake(
                "target `\(target.name)` executes no images of the kind of `\(image.reference)`",
                why: "its machines fetch images from a registry, and a `.sif` is a file",
                fix: "name an image of a registry, or a Dockerfile",
                code: "wrong-image-format"
            )
        }
        let known = published.located(image)
        return known.manifest == nil ? try await sent(image, target, insteadOf: nil) : known
    }

    /// Jobs are prepared several at once, and an image is sent once.
    private func sent(
        _ image: ImageIdentity,
        _ target: TargetSettings,
        insteadOf gone: Digest?
    ) async throws -> ImageIdentity {
        try await shelf.sending(image) {
            let known = published.located(image)
            return known.manifest == gone ? try await publish(known, target) : known
        }
    }

    /// The same for a job that went there before. Asks nobody.
    func adopt(_ step: StepRequest, on target: TargetSettings, mounts: [JobContainer.Mount]) -> JobContainer? {
        guard target.fetchesImages, let environment = step.environment else { return nil }
        let image = published.located(environment.image)
        return container(environment, image, target.stagesFiles ? [] : mounts)
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
    /// What the machines of targets fetch themselves, by what the site says when it is needed.
    func fetchedImages(
        _ store: Store,
        _ site: @escaping @Sendable () -> Site,
        _ tell: @escaping @Sendable (ProgressEvent) -> Void
    ) -> FetchedImages {
        FetchedImages(
            published: PublishedImages(folder: store.folder.root + "/images", files: world.files),
            shelf: shelf(store)
        ) { image, target in
            let now = site()
            guard let repository = try target.text("images") ?? now.settings.images.repository else {
                throw Mistake(
                    "the machines of target `\(target.name)` cannot fetch the image `\(image.reference)`",
                    why: "no registry is known to have it",
                    fix: """
                        set `images: REGISTRY/REPOSITORY` for the target, which it is then sent to, or send it with \
                        `reprise image publish \(image.reference) --to REGISTRY/REPOSITORY`
                        """,
                    code: FetchedImages.notPublished
                )
            }
            let sent = try await self.imagePublish(
                "sha256:\(image.id)",
                to: repository,
                target: now.targets.contains(target.name) ? target.name : nil,
                progress: tell
            )
            var image = image
            (image.repository, image.manifest) = (sent.repository, sent.manifest)
            return image
        }
    }
}

extension TargetSettings {
    /// Whether its machines fetch images from a registry themselves.
    var fetchesImages: Bool { kind.needsImages && !kind.executesHere }
}
