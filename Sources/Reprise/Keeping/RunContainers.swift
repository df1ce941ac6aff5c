import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem

/// The containers that jobs are executed in: by which engine, that the image lies ready, and what of this machine they see.
struct RunContainers: Sendable {
    /// The engines of one target.
    struct Place: Sendable {
        /// What executes images of registries and of Docker and Podman.
        var engine: EngineSource
        /// What executes `.sif` files; nil where the target cannot.
        var apptainer: EngineSource?
        /// Whether containers are executed on this machine, and not only made ready on it.
        var executesHere = true

        func source(for format: ImageIdentity.Format) -> EngineSource? { format == .sif ? apptainer : engine }
    }

    /// A container, and what else follows from the engine that it is of.
    struct Prepared: Sendable {
        var container: JobContainer
        /// A program in it reaches what listens on this machine's loopback address.
        var reachesLoopback: Bool
        /// Whole sentences: what the engine does not do that the job asked for.
        var notes: [String]
    }

    /// What executes containers on a target; nil where that is nobody's business here.
    let place: @Sendable (TargetSettings) throws -> Place?
    let fetched: FetchedImages
    let shelf: ImageShelf
    let files: any FileSystem
    let tell: @Sendable (ProgressEvent) -> Void

    /// Makes the image ready and writes down what the container is made of; nil for a step that the machine itself executes.
    func prepare(
        _ step: StepRequest,
        of request: RunRequest,
        on target: TargetSettings,
        _ resources: Resources,
        run: String
    ) async throws -> Prepared? {
        guard let environment = step.environment else { return nil }
        let image = environment.image
        if let container = try await fetched.container(step, on: target, mounts: mounts(of: request, run: run)) {
            return Prepared(container: container, reachesLoopback: false, notes: [])
        }
        guard let place = try place(target), let source = place.source(for: image.format) else {
            throw Mistake(
                "target `\(target.name)` executes no images of the kind of `\(image.reference)`",
                fix: "`reprise target check \(target.name)` tells what it does",
                code: "no-engine"
            )
        }
        let (engine, facts) = try await source()
        let name = try await shelf.ensure(image, on: engine) { tell(.image(image.reference, $0)) }
        tell(.imageReady(image.reference))
        return Prepared(
            container: try container(environment, image: name, of: request, run: run),
            reachesLoopback: environment.network == .host
                || environment.network == .engine && engine.kind == .apptainer,
            notes: (place.executesHere ? Self.notes(engine.kind, facts, resources) : [])
                + Self.notes(engine.kind, on: environment)
        )
    }

    /// The container of a job that an earlier supervisor prepared. Asks no engine: it is only looked after from now on.
    func adopt(
        _ step: StepRequest,
        of request: RunRequest,
        on target: TargetSettings,
        run: String
    ) throws -> JobContainer? {
        guard let environment = step.environment else { return nil }
        let mounts = try mounts(of: request, run: run)
        if let container = fetched.adopt(step, on: target, mounts: mounts) { return container }
        return try container(environment, image: "sha256:\(environment.image.id)", of: request, run: run)
    }

    private func container(
        _ environment: StepEnvironment,
        image: String,
        of request: RunRequest,
        run: String
    ) throws -> JobContainer {
        JobContainer(
            image: image,
            network: environment.network,
            isReadOnly: environment.isReadOnly,
            sharedMemory: environment.sharedMemory,
            mounts: try mounts(of: request, run: run)
        )
    }

    /// Nothing of this machine but the run's folder, the data that the run names, and the working tree of `run --dev`.
    private func mounts(of request: RunRequest, run: String) throws -> [JobContainer.Mount] {
        let writable = [run] + (request.development.map { [$0] } ?? [])
        let data = Set(request.data.map(\.path)).sorted()
        return try writable.map { try mount($0, isReadOnly: false) } + data.map { try mount($0, isReadOnly: true) }
    }

    private func mount(_ path: String, isReadOnly: Bool) throws -> JobContainer.Mount {
        JobContainer.Mount(path: path, source: try files.pathWithoutLinks(path), isReadOnly: isReadOnly)
    }

    private static func notes(_ engine: EngineKind, on environment: StepEnvironment) -> [String] {
        guard let size = environment.sharedMemory, engine == .apptainer else { return [] }
        return ["nothing set `/dev/shm` to \(Quantities.text(bytes: size)): `apptainer` gives it a size of its own"]
    }

    private static func notes(_ engine: EngineKind, _ facts: EngineFacts, _ resources: Resources) -> [String] {
        let reason =
            "`\(engine.rawValue)` cannot here (" + (facts.isRootless ? "rootless, " : "") + "cgroups v\(facts.cgroups))"
        var notes: [String] = []
        if let memory = resources.memory, !facts.limitsMemory {
            let limit = Quantities.text(bytes: memory)
            notes.append("Reprise itself watched the memory limit of \(limit), several times a second: \(reason)")
        }
        if let cpus = resources.cpus, !facts.limitsProcessors {
            notes.append("nothing held the job to \(cpus) \(cpus == 1 ? "processor" : "processors"): \(reason)")
        }
        return notes
    }
}
