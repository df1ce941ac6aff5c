import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `Containers of Apptainer` {
    private func job(_ container: JobContainer) throws -> Job {
        let run = try #require(RunID("0123456789abcdef0123456789abcdef"))
        return Job(
            key: JobKey(run: run),
            folder: "/store/runs/1",
            secrets: ["TOKEN": "hush-hush", "B_KEY": "hush"],
            container: container
        )
    }

    private func container(_ network: StepEnvironment.Network = .engine, isReadOnly: Bool = false) -> JobContainer {
        JobContainer(
            image: "/store/images/apptainer/ab.sif",
            network: network,
            isReadOnly: isReadOnly,
            mounts: [
                .init(path: "/store/runs/1", source: "/disk/store/runs/1", isReadOnly: false),
                .init(path: "/data/it's, \"odd\"", source: "/data/it's, \"odd\"", isReadOnly: true),
            ]
        )
    }

    private func facts(isRootless: Bool, limits: Bool, unpacks: Bool = false) -> EngineFacts {
        EngineFacts(
            version: "1.4.5",
            isRootless: isRootless,
            cgroups: 1,
            limitsMemory: limits,
            limitsProcessors: limits,
            unpacksImages: unpacks
        )
    }

    @Test func `root's, with limits`() throws {
        var job = try job(container(.none))
        job.resources = Resources(cpus: 2, memory: 64 << 20)
        let script = ApptainerScript(
            job: job,
            container: container(.none),
            program: "/usr/bin/apptainer",
            facts: facts(isRootless: false, limits: true),
            options: ["--fakeroot"]
        )
        #expect(script.limitsMemory)
        #expect(!script.text.contains("hush-hush"))
        try expectGolden(script.text, "apptainer-root.sh")
    }

    @Test func `a user's, read-only, with GPUs, where images cannot be mounted`() throws {
        var job = try job(container(.host, isReadOnly: true))
        job.resources = Resources(cpus: 2, memory: 64 << 20)
        job.gpus = [1, 3]
        let script = ApptainerScript(
            job: job,
            container: container(.host, isReadOnly: true),
            program: "/opt/app tainer/bin/apptainer",
            facts: facts(isRootless: true, limits: false, unpacks: true),
            options: []
        )
        #expect(!script.limitsMemory)
        try expectGolden(script.text, "apptainer-user.sh")
    }
}
