import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// An image in a registry.
public struct PublishedImage: Hashable, Sendable, Codable {
    /// The image's id.
    public var image: Digest
    /// With the registry's host, without tag.
    public var repository: String
    public var tag: String
    /// What the registry hands it out by, whatever becomes of the tag.
    public var manifest: Digest
    /// The snapshot whose code is in it; nil for an image that was named itself.
    public var snapshot: Digest?
    /// What engines take to fetch just this image.
    public var reference: String
}

extension Laboratory {
    /// Sends an image to a registry and remembers by which digest it is there. Sending it again changes nothing.
    ///
    /// `subject` is a snapshot, whose image is built if need be; or an image as an engine or `reprise.lock` names it. `to`
    /// is `registry/repository[:tag]`; without it, the site's `images.repository`. The tag is the snapshot's id, or made of
    /// the image's name.
    public func imagePublish(
        _ subject: String,
        to destination: String? = nil,
        step: String? = nil,
        target: String? = nil,
        settings: [String] = [],
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> PublishedImage {
        let site = try site(overrides: settings, target: target)
        let options = try site.settings.images
        let base = try base(of: destination, options)
        let store = try store(makingIn: folder)
        let part = try await publishable(subject, step: step, target, settings, site, store, progress)
        let reference = try reference(base, for: part)
        let login = try await login(for: reference.host, of: site)
        progress(.image(reference: "\(reference)", text: "sending it to \(reference.host)", done: nil, total: nil))
        let manifest = try await push(part, to: reference, login, options)
        progress(.imageReady("\(reference)"))
        let tag = reference.tag ?? "latest"
        try PublishedImages(folder: store.folder.root + "/images", files: world.files)
            .add(
                PublishedImages.Place(
                    repository: reference.repository,
                    tag: tag,
                    manifest: manifest,
                    publishedAt: world.wallClock.now()
                ),
                of: part.local.id
            )
        try remember(reference.repository, manifest, of: part.local.id, store)
        return PublishedImage(
            image: part.local.id,
            repository: reference.repository,
            tag: tag,
            manifest: manifest,
            snapshot: part.snapshot,
            reference: (part.engine.kind == .apptainer ? "oras://" : "") + "\(reference.repository)@sha256:\(manifest)"
        )
    }

    /// What is sent, and by whom.
    private struct Publishable {
        var local: LocalImage
        var engine: any ContainerEngine
        var snapshot: Digest?
        var tag: String
    }

    private func base(of destination: String?, _ options: ImageSettings) throws -> String {
        guard let text = destination ?? options.repository else {
            throw Mistake(
                "it is not said where the image goes",
                fix:
                    "give `--to REGISTRY/REPOSITORY`, or set `images: {repository: REGISTRY/REPOSITORY}` in a site file",
                code: "no-repository"
            )
        }
        for scheme in ["oras://", "docker://"] where text.hasPrefix(scheme) {
            return String(text.dropFirst(scheme.count))
        }
        return text
    }

    /// Without a tag it gets one by which it is known among others of the repository.
    private func reference(_ text: String, for part: Publishable) throws -> RegistryReference {
        var reference = try RegistryReference(text, isFile: part.engine.kind == .apptainer)
        guard reference.digest == nil else {
            throw Mistake(
                "`\(text)` has a digest: only the registry can tell it",
                fix: "give a tag, or nothing, behind the repository",
                code: "wrong-repository"
            )
        }
        let hasTag = lastName(of: text).contains(":")
        if !hasTag { reference.tag = part.tag }
        return reference
    }

    private func publishable(
        _ subject: String,
        step: String?,
        _ target: String?,
        _ settings: [String],
        _ site: Site,
        _ store: Store,
        _ progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> Publishable {
        let place = try site.settings(for: nil)
        // Whatever is no snapshot may be an image.
        if let record = try? store.resolveSnapshot(subject) {
            let made = try await imageBake(
                snapshot: subject,
                step: step,
                target: target,
                settings: settings,
                progress: progress
            )
            let engine = try await engine(for: place, format: made.image.format, in: store)().engine
            let local = LocalImage(id: made.image.id, name: made.name, architecture: made.image.architecture)
            return Publishable(
                local: local,
                engine: engine,
                snapshot: record.id,
                tag: record.id.short
            )
        }
        let image = try await image(named: subject, place, store, progress)
        return Publishable(
            local: image.local,
            engine: image.engine,
            tag: tag(ofImage: subject) ?? image.local.id.short
        )
    }

    /// `tools-1` for `localhost/tools:1`; nil where it has no name.
    private func tag(ofImage subject: String) -> String? {
        let name = RepriseSystem.lastName(of: String(subject.prefix { $0 != "@" }))
        guard !subject.hasPrefix("sha256:"), Digest(subject) == nil, !name.hasSuffix(".sif") else { return nil }
        return imageName(name)
    }

    private func image(
        named subject: String,
        _ place: TargetSettings,
        _ store: Store,
        _ progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> (local: LocalImage, engine: any ContainerEngine) {
        // Refuses what cannot be a name at all, in better words than an engine.
        _ = try ImageSource(subject, from: folder)
        let pinned = try DataLock(in: folder, files: world.files).images[subject]
        let isFile = pinned?.format == .sif || subject.hasSuffix(".sif")
        let engine = try await engine(for: place, format: isFile ? .sif : nil, in: store)().engine
        if let pinned {
            let name = try await shelf(store).ensure(pinned, on: engine) { progress(.image(subject, $0)) }
            return (LocalImage(id: pinned.id, name: name), engine)
        }
        let name = subject.hasSuffix(".sif") ? absolute(subject) : subject
        guard let local = try await engine.find(name) else {
            throw Mistake(
                "there is no snapshot and no image `\(subject)` here",
                why: "`\(engine.kind.rawValue)` has none of that name",
                fix: "`reprise snapshot list` and `\(engine.kind.rawValue) images` show what there is",
                code: "image-missing"
            )
        }
        return (local, engine)
    }
}

extension Laboratory {
    /// The site's own, if it is for that registry; else nil, and the engine's `login` counts.
    private func login(for host: String, of site: Site) async throws -> RegistryLogin? {
        let options = try site.settings.images
        guard let name = options.credential else { return nil }
        // A password is never shown to another registry than the one that it is for.
        if let repository = options.repository, try RegistryReference(base(of: repository, options)).host != host {
            return nil
        }
        guard let user = options.user else {
            throw Mistake(
                "the site names the credential `\(name)` for images, and not whose it is",
                fix: "set `images.user` beside `images.credential`",
                code: "no-user"
            )
        }
        let credentials = CredentialStore(
            site,
            environment: world.variables,
            files: world.files,
            processes: world.processes
        )
        return RegistryLogin(user: user, password: try await credentials.resolve(name).reveal())
    }

    private func push(
        _ part: Publishable,
        to reference: RegistryReference,
        _ login: RegistryLogin?,
        _ options: ImageSettings
    ) async throws -> Digest {
        do {
            return try await part.engine.push(part.local, to: reference, login: login)
        } catch EngineError.loginMissing(let host, let engine) {
            guard login == nil else {
                throw Mistake(
                    "the registry `\(host)` does not take the login of `\(options.user ?? "")`",
                    why: "the password is the credential `\(options.credential ?? "")`",
                    fix: "check both, and that the user may write to `\(reference.repository)`",
                    code: "registry-login"
                )
            }
            throw Mistake(
                "the registry `\(host)` wants a login",
                fix: """
                    run `\(engine.rawValue) login \(host)`, or set in a site file \
                    `images: {repository: \(reference.repository), user: NAME, credential: NAME}`
                    """,
                code: "registry-login"
            )
        }
    }

    /// Writes the place wherever the image is known without one, so that other machines find it.
    private func remember(_ repository: String, _ manifest: Digest, of id: Digest, _ store: Store) throws {
        try imageBuilder(store).note(repository: repository, manifest: manifest, of: id)
        let images = try DataLock(in: folder, files: world.files).images.filter { $0.value.id == id }
        let without = images.filter { $0.value.manifest == nil }
        guard !without.isEmpty else { return }
        let located = without.mapValues { image in
            var image = image
            (image.repository, image.manifest) = (repository, manifest)
            return image
        }
        try DataLock.pin(located, in: folder, files: world.files)
    }
}
