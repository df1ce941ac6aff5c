import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `Arguments of containers` {
    private static let root = ProcessOwner(user: 0, group: 0)
    private static let person = ProcessOwner(user: 1000, group: 1001, groups: [27, 100])

    private let key: JobKey
    private let job: Job

    init() {
        var generator = SeededGenerator(seed: 5)
        key = JobKey(run: RunID(using: &generator), step: "train", split: 2, attempt: 3)
        job = Job(
            key: key,
            folder: "/data/runs/x/steps/train.2",
            resources: Resources(cpus: 4, memory: 64 << 20, time: 1000),
            secrets: ["TOKEN": "hush-hush", "A": "b"],
            gpus: [1, 3],
            processors: [4, 5],
            container: JobContainer(
                image: "sha256:0123",
                network: .none,
                isReadOnly: true,
                sharedMemory: 1 << 30,
                mounts: [
                    JobContainer.Mount(path: "/data/runs/x", source: "/data/runs/x", isReadOnly: false),
                    JobContainer.Mount(path: "/sets/it's, here", source: "/mnt/sets/a \"b\"", isReadOnly: true),
                ]
            )
        )
    }

    private func script(_ kind: EngineKind, _ facts: EngineFacts, _ owner: ProcessOwner, _ job: Job) throws -> String {
        let arguments = ContainerArguments(kind: kind, facts: facts, owner: owner, options: ["--pids-limit", "500"])
        let engine = JobEngine(
            kind: kind,
            program: "/usr/bin/\(kind.rawValue)",
            name: ContainerArguments.name(of: job.key),
            image: "sha256:0123",
            variables: ["DOCKER_HOST": "unix:///run/a \"b\".sock"]
        )
        let container = try #require(job.container)
        return ContainerScript.text(job.key, engine, arguments: try arguments.run(job, container))
    }

    private func facts(isRootless: Bool, limits: Bool) -> EngineFacts {
        EngineFacts(version: "1", isRootless: isRootless, cgroups: 1, limitsMemory: limits, limitsProcessors: limits)
    }

    @Test func `Podman as root`() throws {
        let text = try script(.podman, facts(isRootless: false, limits: true), Self.root, job)
        try expectGolden(text, "launch-podman-root.sh")
    }

    @Test func `Podman as a user, who cannot limit anything`() throws {
        let text = try script(.podman, facts(isRootless: true, limits: false), Self.person, job)
        try expectGolden(text, "launch-podman-user.sh")
    }

    @Test func `Docker as a user`() throws {
        let text = try script(.docker, facts(isRootless: false, limits: true), Self.person, job)
        try expectGolden(text, "launch-docker-user.sh")
    }

    @Test func `a job that asks for nothing`() throws {
        var plain = Job(key: JobKey(run: key.run), folder: "/runs/x")
        plain.container = JobContainer(
            image: "sha256:0123",
            mounts: [JobContainer.Mount(path: "/runs/x", source: "/runs/x", isReadOnly: false)]
        )
        let text = try script(.docker, facts(isRootless: true, limits: true), Self.person, plain)
        try expectGolden(text, "launch-docker-plain.sh")
    }

    @Test func `a path with a line break is refused`() throws {
        var job = job
        job.container?.mounts[1].path = "/a\nb"
        #expect(throws: ContainerError.path("/a\nb")) {
            _ = try script(.podman, facts(isRootless: false, limits: true), Self.root, job)
        }
    }

    @Test func `attempts have names of their own, which engines take`() {
        #expect(ContainerArguments.name(of: key) == "reprise-\(key.run).train.2..3")
        let odd = JobKey(run: key.run, step: "zähl mit")
        #expect(ContainerArguments.name(of: odd) == "reprise-\(key.run).z_hl_mit")
    }

    @Test func `Docker is asked for what ran out of memory while the job ran`() {
        #expect(
            ContainerArguments.memoryEvents(
                "x",
                since: Timestamp(milliseconds: 1007),
                until: Timestamp(milliseconds: 2500)
            )
            .joined(separator: " ")
                == "events --since 1.007 --until 2.500 --filter container=x --filter event=oom --format {{.Action}}"
        )
    }

    @Test func `what began a job is read as it was written`() {
        let engine = JobEngine(
            kind: .docker,
            program: "/opt/my docker/docker",
            name: "reprise-x",
            image: "sha256:0",
            variables: JobEngine.way(["DOCKER_HOST": "unix:///a=b c", "DOCKER_AUTH_CONFIG": "hush", "PATH": "/bin"])
        )
        #expect(JobEngine(engine.text) == engine)
        #expect(!engine.text.contains("hush"))
        #expect(JobEngine("kind steam\nprogram x\nname y\n") == nil)
        #expect(JobEngine("") == nil)
    }
}
